-- The read models of services/outcomes/projections/: episodes.py, goals.py, concerns.py, mha_periods.py. No words in any.
create table episodes (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    care_strand text,
    opened_at timestamptz,
    closed_at timestamptz,
    ended_by text,
    reason text,
    primary key (tenant, referral_id)
);
select kit_protect('episodes');
create index on episodes (tenant, person_id);

create table goals (
    tenant text not null,
    goal_id text not null,
    person_id text not null,
    set_on date not null,
    ratings jsonb not null,
    recorded_at timestamptz not null,
    primary key (tenant, goal_id)
);
select kit_protect('goals');
create index on goals (tenant, person_id);

create table safeguarding_concerns (
    tenant text not null,
    concern_id text not null,
    person_id text not null,
    level text not null,
    levels jsonb not null,
    opened_on date not null,
    closed_on date,
    reason text,
    recorded_at timestamptz not null,
    primary key (tenant, concern_id)
);
select kit_protect('safeguarding_concerns');
create index on safeguarding_concerns (tenant, person_id);

create table mha_periods (
    tenant text not null,
    period_id text not null,
    person_id text not null,
    legal_status text not null,
    counts_as text,
    started_on date not null,
    ended_on date,
    recorded_at timestamptz not null,
    primary key (tenant, period_id)
);
select kit_protect('mha_periods');
create index on mha_periods (tenant, person_id);
