-- Keys live apart from what they open, with a role and a backup cycle of their own.
create table tenant_keys (
    tenant text primary key,
    wrapped bytea not null,
    created_at timestamptz not null default now()
);
select kit_protect('tenant_keys');

-- A destroyed key leaves the fact that it was destroyed, and nothing to open with.
create table subject_keys (
    tenant text not null,
    subject text not null,
    wrapped bytea,
    created_at timestamptz not null default now(),
    destroyed_at timestamptz,
    primary key (tenant, subject),
    check ((wrapped is null) = (destroyed_at is not null))
);
select kit_protect('subject_keys');
