-- The read model of services/outcomes/projections/person_measures.py.
create table person_measures (
    tenant text not null,
    measure_id text not null,
    person_id text not null,
    instrument text not null,
    instrument_version text not null,
    answers jsonb not null,
    scores jsonb not null,
    bands jsonb not null,
    reason text,
    items_answered integer not null,
    complete boolean not null,
    completed_on date not null,
    collection_point text,
    gestation_weeks double precision,
    infant_age_weeks integer,
    flags jsonb not null,
    recorded_at timestamptz not null,
    corrected_at timestamptz,
    corrections integer not null,
    primary key (tenant, measure_id)
);
select kit_protect('person_measures');
create index on person_measures (tenant, person_id, completed_on);
