-- Where the log says that somebody was erased, and up to which erasure the copies of read models were dropped that may name them.
create table erasures (
    only_row boolean primary key default true check (only_row),
    newest bigint not null,
    dropped bigint not null
);
insert into erasures (newest, dropped) values (0, 0);
select kit_grant('erasures', 'select, update (newest)');

-- Drop every copy when somebody was erased since it was done last. False while a rebuild is at work, which may hold what it read
-- before the key was destroyed: ask again.
create function drop_copies() returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select from erasures where dropped < newest) then
        return true;
    end if;
    if not pg_try_advisory_xact_lock(7005) then
        return false;
    end if;
    perform discard_kept();
    update erasures set dropped = newest;
    return true;
end
$$;
revoke all on function drop_copies from public;
do $$
begin
    execute format('grant execute on function drop_copies to %I', current_setting('kit.app_role'));
end
$$;
