-- The read models of services/referral/projections, one table each.

create table pcns (
    tenant text not null,
    pcn_ods_code text not null,
    name text not null,
    practices jsonb not null,
    care_strands text[] not null,
    waiting_threshold_days integer not null,
    commissioner_ods_code text,
    configured_at timestamptz not null,
    primary key (tenant, pcn_ods_code)
);
select kit_protect('pcns');

-- Which networks there are is no secret of a network: its code, name and practices are published by the ODS. This function
-- is the only reader across tenants; it gives those asked for, or all when none are named.
do $$
begin
    execute format('create policy directory on pcns for select to %I using (true)', current_user);
end
$$;
create function pcn_directory(codes text[]) returns setof pcns
language sql stable security definer set search_path = public, pg_temp as $$
    select * from pcns where codes is null or tenant = any (codes)
$$;
revoke all on function pcn_directory from public;
do $$
begin
    execute format('grant execute on function pcn_directory to %I', current_setting('kit.app_role'));
end
$$;

create table identities (
    tenant text not null,
    person_id text not null,
    full_name text,
    name_key text,
    nhs_number text,
    birth_date date,
    external_reference text,
    primary key (tenant, person_id)
);
select kit_protect('identities');
create index on identities (tenant, nhs_number) where nhs_number is not null;
create index on identities (tenant, external_reference) where external_reference is not null;

create table triage_list (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    received_at timestamptz not null,
    due_on date,
    source_of_referral text not null,
    self_referred boolean not null,
    referring_org_ods_code text,
    referring_professional_type text,
    primary_reason text not null,
    clinical_response_priority text,
    triaged_at timestamptz,
    primary key (tenant, referral_id)
);
select kit_protect('triage_list');

create table waiting_list (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    spell_id text not null,
    clock_started_at timestamptz not null,
    due_on date not null,
    rule_version text not null,
    clinical_response_priority text,
    care_strand text,
    primary key (tenant, referral_id)
);
select kit_protect('waiting_list');
create index on waiting_list (tenant, due_on);
