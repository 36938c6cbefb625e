-- The directory names its columns: a function that gives rows of a table's own type keeps that very table from being replaced.
drop function pcn_directory;
create function pcn_directory(codes text[]) returns table (
    tenant text, pcn_ods_code text, name text, practices jsonb, care_strands text[], waiting_threshold_days integer,
    commissioner_ods_code text, configured_at timestamptz
)
language sql stable security definer set search_path = public, pg_temp as $$
    select p.tenant, p.pcn_ods_code, p.name, p.practices, p.care_strands, p.waiting_threshold_days, p.commissioner_ods_code, p.configured_at
    from pcns p where codes is null or p.tenant = any (codes)
$$;
revoke all on function pcn_directory from public;
do $$
begin
    execute format('grant execute on function pcn_directory to %I', current_setting('kit.app_role'));
end
$$;
