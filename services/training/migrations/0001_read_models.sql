-- The read models of services/training/projections, one table each.

create table training_sessions (
    tenant text not null,
    training_session_id text not null,
    course text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    objectives text[] not null,
    scale text not null,
    held_at timestamptz,
    attended integer not null,
    register jsonb not null,
    primary key (tenant, training_session_id)
);
select kit_protect('training_sessions');
create index on training_sessions (tenant, starts_at desc);

create table attendances (
    tenant text not null,
    attendance_id text not null,
    training_session_id text not null,
    attendee_id text not null,
    full_name text,
    professional_type text not null,
    practice_ods_code text,
    attended_at timestamptz not null,
    primary key (tenant, attendance_id)
);
select kit_protect('attendances');
create index on attendances (tenant, practice_ods_code, attended_at);
create index on attendances (tenant, attendee_id);

create table practice_lists (
    tenant text not null,
    list_id text not null,
    noted_at timestamptz not null,
    practices jsonb not null,
    primary key (tenant, list_id)
);
select kit_protect('practice_lists');

create table consultation_log (
    tenant text not null,
    consultation_id text not null,
    subject_kind text not null,
    person_id text,
    topic text not null,
    duration_minutes integer not null,
    professional_type text not null,
    practice_ods_code text,
    outcome text not null,
    held_on date not null,
    note text,
    logged_at timestamptz not null,
    primary key (tenant, consultation_id)
);
select kit_protect('consultation_log');
create index on consultation_log (tenant, held_on desc);

create table community_inputs (
    tenant text not null,
    input_id text not null,
    kind text not null,
    people integer not null,
    held_on date not null,
    note text,
    logged_at timestamptz not null,
    primary key (tenant, input_id)
);
select kit_protect('community_inputs');
