-- Every table with a tenant column is protected by this one function.
create function kit_protect(target regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', target);
    execute format('alter table %s force row level security', target);
    execute format(
        'create policy tenant on %s using (tenant = nullif(current_setting(''app.tenant'', true), '''')) '
        'with check (tenant = nullif(current_setting(''app.tenant'', true), ''''))', target);
    execute format('grant select, insert, update, delete on %s to %I', target, current_setting('kit.app_role'));
end
$$;

-- A worker's own book-keeping: no tenant, no personal data.
create function kit_grant(target regclass, privileges text) returns void language plpgsql as $$
begin
    execute format('grant %s on %s to %I', privileges, target, current_setting('kit.app_role'));
end
$$;
