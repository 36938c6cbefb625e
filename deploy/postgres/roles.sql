-- The two roles of one database: the owner migrates and owns everything, the application role owns nothing.
-- Reads setup.database, setup.owner_password and setup.app_password; may be run again.
do $$
declare
    database text := current_setting('setup.database');
    role text;
begin
    foreach role in array array[database || '_owner', database || '_app'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', role);
        end if;
    end loop;
    execute format('alter role %I password %L', database || '_owner', current_setting('setup.owner_password'));
    execute format('alter role %I password %L', database || '_app', current_setting('setup.app_password'));
end
$$;
