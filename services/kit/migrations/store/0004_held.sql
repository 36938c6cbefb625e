-- A log that was set back, as by a restore, would give out again the positions and versions that readers already know. So nothing is
-- appended while `held` says why not, nor while this database is not the one the log was last compared with Kafka in: a copy.
alter table store add column home text;
alter table store add column held text;
update store set home = (
    select format('%s/%s', c.system_identifier, d.oid) from pg_control_system() c, pg_database d where d.datname = current_database());

create function store_is_open() returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select s.held is null and s.home = format('%s/%s', c.system_identifier, d.oid)
    from store s, pg_control_system() c, pg_database d where d.datname = current_database()
$$;

create function refuse_while_held() returns trigger language plpgsql as $$
begin
    if not store_is_open() then
        raise exception 'the log is held until it was compared with what Kafka holds' using errcode = 'KT001';
    end if;
    return null;
end
$$;
create trigger open_only before insert on events for each statement execute function refuse_while_held();

-- The publisher, when it has compared the log with Kafka.
create function store_hold(why text) returns void
language sql security definer set search_path = public, pg_temp as $$
    update store set held = why where held is distinct from why
$$;
create function store_open() returns void
language sql security definer set search_path = public, pg_temp as $$
    update store set held = null, home = format('%s/%s', c.system_identifier, d.oid)
    from pg_control_system() c, pg_database d where d.datname = current_database() and not store_is_open()
$$;

-- Which events are at these positions, of every tenant: to be compared with what was published at them.
create function event_ids(positions bigint[]) returns table ("position" bigint, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.position, e.id from events e where e.position = any (positions)
$$;

do $$
declare
    callable regprocedure;
begin
    for callable in
        select p.oid::regprocedure from pg_proc p
        where p.proname in ('store_is_open', 'store_hold', 'store_open', 'event_ids') and p.pronamespace = 'public'::regnamespace
    loop
        execute format('revoke all on function %s from public', callable);
        execute format('grant execute on function %s to %I', callable, current_setting('kit.app_role'));
    end loop;
end
$$;
