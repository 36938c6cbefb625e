-- Read models of the portal: made from Kafka, and from nothing else. No names, no contacts, no free text.
create table pcns (
    tenant text not null,
    pcn_ods_code text not null,
    name text not null,
    practices jsonb not null,
    care_strands text[] not null,
    waiting_threshold_days integer not null,
    configured_at timestamptz not null,
    primary key (tenant, pcn_ods_code)
);
select kit_protect('pcns');

create table people (
    tenant text not null,
    person_id text not null,
    practice_ods_code text,
    nhs_number_status text not null,
    ethnic_category text not null,
    preferred_language text not null,
    interpreter_required boolean not null,
    imd_decile integer,
    age_band text not null,
    perinatal_stage text,
    known_since timestamptz not null,
    primary key (tenant, person_id)
);
select kit_protect('people');

create table referrals (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    status text not null,
    source_of_referral text,
    referring_org_ods_code text,
    referring_professional_type text,
    primary_reason text,
    self_referred boolean,
    received_at timestamptz,
    received_recorded_at timestamptz,
    clock_started_at timestamptz,
    due_on date,
    clinical_response_priority text,
    triaged_at timestamptz,
    care_strand text,
    accepted_at timestamptz,
    accepted_recorded_at timestamptz,
    primary key (tenant, referral_id)
);
select kit_protect('referrals');
create index referrals_oldest_first on referrals (tenant, status, received_at);
create index referrals_due_first on referrals (tenant, status, due_on);
create index referrals_of_person on referrals (tenant, person_id);

create table measures (
    tenant text not null,
    measure_id text not null,
    person_id text not null,
    instrument text not null,
    instrument_version text not null,
    scores jsonb not null,
    items_answered integer not null,
    complete boolean not null,
    collection_point text,
    completed_on date not null,
    gestation_weeks double precision,
    infant_age_weeks integer,
    recorded_at timestamptz not null,
    reason_code text,
    replaced jsonb not null,
    primary key (tenant, measure_id)
);
select kit_protect('measures');
create index measures_of_person on measures (tenant, person_id, completed_on);

create table risk_flags (
    tenant text not null,
    flag_id text not null,
    person_id text not null,
    measure_id text not null,
    instrument text not null,
    item integer not null,
    flagged_at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (tenant, flag_id)
);
select kit_protect('risk_flags');
create index risk_flags_of_person on risk_flags (tenant, person_id);
create index risk_flags_of_measure on risk_flags (tenant, measure_id);
