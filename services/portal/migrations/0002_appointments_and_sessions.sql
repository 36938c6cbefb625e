-- Appointments, group sessions and the places on them, as the scheduling service tells of them.
create table appointments (
    tenant text not null,
    appointment_id text not null,
    person_id text,
    referral_id text,
    status text not null,
    clinician_id text,
    starts_at timestamptz,
    ends_at timestamptz,
    consultation_mechanism text,
    activity_location_type text,
    site_ods_code text,
    interpreter_required boolean,
    overridden boolean,
    booked_at timestamptz,
    booked_recorded_at timestamptz,
    rescheduled jsonb not null,
    cancelled_by text,
    attendance_status text,
    activities text[] not null,
    others_present text[] not null,
    interpreter_present boolean,
    partner_assessment_offered boolean,
    party_size integer,
    outcome_at timestamptz,
    outcome_recorded_at timestamptz,
    replaced jsonb not null,
    primary key (tenant, appointment_id)
);
select kit_protect('appointments');
create index appointments_in_order on appointments (tenant, starts_at);
create index appointments_of_clinician on appointments (tenant, clinician_id, starts_at);
create index appointments_of_person on appointments (tenant, person_id, starts_at);
create index appointments_to_tell_of on appointments (tenant, status, starts_at);

create table group_sessions (
    tenant text not null,
    group_session_id text not null,
    status text not null,
    session_type text,
    starts_at timestamptz,
    ends_at timestamptz,
    capacity integer,
    consultation_mechanism text,
    site_ods_code text,
    activity_location_type text,
    language text,
    open_to_all boolean,
    series_id text,
    scheduled_recorded_at timestamptz,
    cancel_reason text,
    cancelled_at timestamptz,
    families integer,
    participant_count integer,
    drop_ins integer,
    held_language text,
    held_at timestamptz,
    held_recorded_at timestamptz,
    primary key (tenant, group_session_id)
);
select kit_protect('group_sessions');
create index group_sessions_in_order on group_sessions (tenant, starts_at);

create table places (
    tenant text not null,
    place_id text not null,
    group_session_id text not null,
    person_id text,
    status text not null,
    party_size integer,
    turn integer,
    booked_at timestamptz,
    waitlisted_at timestamptz,
    promoted_at timestamptz,
    cancelled_at timestamptz,
    people_came integer,
    recorded_at timestamptz not null,
    primary key (tenant, place_id)
);
select kit_protect('places');
create index places_of_session on places (tenant, group_session_id, turn);
create index places_of_person on places (tenant, person_id);
