-- The read models of services/scheduling/projections, one table each.

create table diary (
    tenant text not null,
    appointment_id text not null,
    person_id text not null,
    referral_id text,
    clinician_id text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    consultation_mechanism text not null,
    activity_location_type text,
    site_ods_code text,
    interpreter_required boolean not null,
    overridden boolean not null,
    status text not null,
    attendance_status text,
    activities text[] not null,
    others_present text[] not null,
    interpreter_present boolean,
    partner_assessment_offered boolean,
    revision integer not null,
    changed_at timestamptz not null,
    primary key (tenant, appointment_id)
);
select kit_protect('diary');
create index on diary (tenant, clinician_id, starts_at);
create index on diary (tenant, starts_at);

create table unoutcomed (
    tenant text not null,
    appointment_id text not null,
    person_id text not null,
    referral_id text,
    clinician_id text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    consultation_mechanism text not null,
    primary key (tenant, appointment_id)
);
select kit_protect('unoutcomed');
create index on unoutcomed (tenant, ends_at);

create table group_sessions (
    tenant text not null,
    group_session_id text not null,
    session_type text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    capacity integer not null,
    consultation_mechanism text not null,
    site_ods_code text,
    activity_location_type text,
    language text not null,
    open_to_all boolean not null,
    series_id text,
    status text not null,
    cancellation_reason text,
    parties_booked integer not null,
    people_booked integer not null,
    places_left integer not null,
    people_waiting integer not null,
    waiting_place_ids text[] not null,
    families integer,
    participant_count integer,
    drop_ins integer,
    primary key (tenant, group_session_id)
);
select kit_protect('group_sessions');
create index on group_sessions (tenant, starts_at);

create table register (
    tenant text not null,
    place_id text not null,
    group_session_id text not null,
    person_id text,
    party_size integer not null,
    standing text not null,
    asked_at timestamptz not null,
    turn integer not null,
    people integer,
    primary key (tenant, place_id)
);
select kit_protect('register');
create index on register (tenant, group_session_id, turn);
