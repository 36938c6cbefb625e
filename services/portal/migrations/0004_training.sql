-- Training and consultations; the waiting clocks; and the events the evaluation report counts.
create table evidence (
    tenant text not null,
    event text not null,
    stream text not null,
    version integer not null,
    type text not null,
    subject text not null,
    day date not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    facts jsonb not null,
    primary key (tenant, event)
);
select kit_protect('evidence');
create index evidence_by_type on evidence (tenant, type, recorded_at);

create table waits (
    tenant text not null,
    spell_id text not null,
    referral_id text not null,
    person_id text not null,
    follows_spell_id text,
    clock_started_at timestamptz,
    started_recorded_at timestamptz,
    due_on date,
    rule_version text,
    parts_met jsonb not null,
    parts_recorded jsonb not null,
    missing_parts text[] not null,
    clock_stopped_at timestamptz,
    days integer,
    why text,
    stopped_recorded_at timestamptz,
    breached_at timestamptz,
    breached_recorded_at timestamptz,
    primary key (tenant, spell_id)
);
select kit_protect('waits');
create index waits_of_person on waits (tenant, person_id);
create index waits_by_day on waits (tenant, due_on) where clock_stopped_at is null;

create table training_sessions (
    tenant text not null,
    training_session_id text not null,
    status text not null,
    course text,
    starts_at timestamptz,
    ends_at timestamptz,
    objectives text[] not null,
    scale text,
    attended integer,
    held_at timestamptz,
    primary key (tenant, training_session_id)
);
select kit_protect('training_sessions');
create index training_sessions_in_order on training_sessions (tenant, starts_at);

create table training_attendances (
    tenant text not null,
    attendance text not null,
    training_session_id text not null,
    attendee_id text not null,
    professional_type text,
    practice_ods_code text,
    attended_at timestamptz,
    confidence jsonb not null,
    primary key (tenant, attendance)
);
select kit_protect('training_attendances');
create index training_attendances_of_session on training_attendances (tenant, training_session_id);
create index training_attendances_of_practice on training_attendances (tenant, practice_ods_code, attended_at);

create table consultations (
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
    recorded_at timestamptz not null,
    primary key (tenant, consultation_id)
);
select kit_protect('consultations');
create index consultations_in_order on consultations (tenant, held_on);
create index consultations_of_person on consultations (tenant, person_id);
