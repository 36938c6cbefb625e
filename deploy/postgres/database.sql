-- Run inside a database, by the administrator: nobody but its two roles may enter, and only the owner makes objects.
-- Reads setup.database; may be run again.
do $$
declare
    database text := current_setting('setup.database');
begin
    execute format('revoke all on database %I from public', database);
    execute format('grant connect, temporary on database %I to %I', database, database || '_owner');
    execute format('grant connect on database %I to %I', database, database || '_app');
    execute format('alter schema public owner to %I', database || '_owner');
    execute 'revoke all on schema public from public';
    execute format('grant usage on schema public to %I', database || '_app');
end
$$;
