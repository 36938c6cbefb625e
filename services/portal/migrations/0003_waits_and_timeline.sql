-- How referrals end and flags are reviewed; goals; and what only clinicians may see.
alter table referrals
    add column ended_at timestamptz,
    add column end_reason text,
    add column redirected_to text,
    add column withdrawn_by text;

alter table risk_flags
    add column review_outcome text,
    add column reviewed_at timestamptz;

create table goals (
    tenant text not null,
    goal_id text not null,
    person_id text not null,
    set_on date,
    ratings jsonb not null,
    primary key (tenant, goal_id)
);
select kit_protect('goals');
create index goals_of_person on goals (tenant, person_id);

create table safeguarding_concerns (
    tenant text not null,
    concern_id text not null,
    person_id text not null,
    opened_on date,
    levels jsonb not null,
    closed_on date,
    close_reason text,
    primary key (tenant, concern_id)
);
select kit_protect('safeguarding_concerns');
create index safeguarding_concerns_of_person on safeguarding_concerns (tenant, person_id);

create table mha_periods (
    tenant text not null,
    period_id text not null,
    person_id text not null,
    legal_status text,
    counts_as text,
    started_on date,
    ended_on date,
    primary key (tenant, period_id)
);
select kit_protect('mha_periods');
create index mha_periods_of_person on mha_periods (tenant, person_id);
