-- Which version of each read model is live here. One that is not in this list, or in another version than the code folds, is not
-- followed until it was built from the beginning (docs/adr/0012).
create table read_models (
    name text primary key,
    version integer not null,
    built_at timestamptz not null default now()
);
-- A row may be locked only by who may change something in it.
select kit_grant('read_models', 'select, insert, update (built_at)');

insert into read_models (name, version)
select substring(name from '^(.+)\.v\d+$'), max(substring(name from '\.v(\d+)$')::integer)
from projection_checkpoints where name ~ '^.+\.v\d+$' group by 1;

-- Tables being built, and tables that were replaced and are kept for a rollback. The application's role may not enter either schema.
create schema shadow;
create schema kept;

-- What a copy holds: how far it was folded, and which events before that are not in it: parked, or done without.
create table read_model_copies (
    place text not null check (place in ('shadow', 'kept')),
    name text not null,
    version integer not null,
    target text not null,
    taken jsonb not null,
    left_out jsonb not null,
    made_at timestamptz not null default now(),
    primary key (place, name)
);

-- An empty copy: columns, defaults and checks. Keys and indexes come when it is full, which is quicker, and no row-level security
-- yet: COPY does not go with it.
create function shadow_begin(target text) returns void language plpgsql as $$
begin
    execute format('drop table if exists shadow.%I', target);
    execute format('create table shadow.%I (like public.%I including defaults including constraints including generated '
        'including identity including storage including compression including comments)', target, target);
end
$$;

-- All else the live table has: keys and indexes under their own names, policies, row-level security, grants.
create function shadow_finish(target text) returns void language plpgsql as $$
declare
    live regclass := format('public.%I', target)::regclass;
    made regclass := format('shadow.%I', target)::regclass;
    part record;
begin
    for part in
        select conname, pg_get_constraintdef(oid) as body from pg_constraint
        where conrelid = live and contype in ('p', 'u', 'x') order by contype, conname
    loop
        execute format('alter table %s add constraint %I %s', made, part.conname, part.body);
    end loop;
    for part in
        select pg_get_indexdef(i.indexrelid) as body from pg_index i
        where i.indrelid = live and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
    loop
        execute replace(part.body, format(' ON public.%I ', target), format(' ON shadow.%I ', target));
    end loop;
    for part in select * from pg_policies where schemaname = 'public' and tablename = target loop
        execute format('create policy %I on %s as %s for %s to %s %s %s', part.policyname, made, part.permissive, part.cmd,
            (select string_agg(case role when 'public' then 'public' else format('%I', role) end, ', ') from unnest(part.roles) role),
            'using (' || part.qual || ')', 'with check (' || part.with_check || ')');
    end loop;
    for part in
        select a.privilege_type, a.grantee::regrole as grantee from pg_class c, aclexplode(c.relacl) a
        where c.oid = live and a.grantee not in (0, c.relowner)
    loop
        execute format('grant %s on %s to %s', part.privilege_type, made, part.grantee);
    end loop;
    if (select relrowsecurity from pg_class where oid = live) then
        execute format('alter table %s enable row level security', made);
        execute format('alter table %s force row level security', made);
    end if;
    execute format('analyze %s', made);
end
$$;

-- Nobody reads these until the transaction ends.
create function live_lock(targets text[]) returns void language plpgsql as $$
declare
    target text;
begin
    foreach target in array targets loop
        execute format('lock table public.%I in access exclusive mode', target);
    end loop;
end
$$;

-- The new one goes live, the live one is kept; what was kept before is gone.
create function shadow_swap(target text) returns void language plpgsql as $$
begin
    execute format('drop table if exists kept.%I', target);
    execute format('alter table public.%I set schema kept', target);
    execute format('alter table shadow.%I set schema public', target);
end
$$;

-- The kept one goes live again, the live one is kept in its place.
create function kept_swap(target text) returns void language plpgsql as $$
begin
    execute format('drop table if exists shadow.%I', target);
    execute format('alter table public.%I set schema shadow', target);
    execute format('alter table kept.%I set schema public', target);
    execute format('alter table shadow.%I set schema kept', target);
end
$$;

create function copy_discard(place text, target text) returns void language plpgsql as $$
begin
    execute format('drop table if exists %I.%I', place, target);
end
$$;

-- One tenant's rows as they were built take the place of the live ones.
create function shadow_replace(target text, whose text) returns void language plpgsql as $$
begin
    execute format('delete from public.%I where tenant = $1', target) using whose;
    execute format('insert into public.%I select * from shadow.%I where tenant = $1', target, target) using whose;
end
$$;

-- How many rows a tenant has, and a sum over them that does not depend on their order: equal for equal rows, byte for byte.
create function read_model_checksum(place text, target text, whose text) returns table (row_count bigint, checksum numeric)
language plpgsql stable as $$
begin
    return query execute format('select count(*), coalesce(sum(hashtextextended(a_row::text, 0)::numeric), 0) '
        'from %I.%I as a_row where tenant = $1', place, target) using whose;
end
$$;

-- Somebody was erased: what was replaced still names them, so nothing is kept any longer. The application may ask for this.
create function discard_kept() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    old record;
begin
    for old in select target from read_model_copies where place = 'kept' loop
        perform copy_discard('kept', old.target);
    end loop;
    delete from read_model_copies where place = 'kept';
end
$$;

do $$
declare
    callable regprocedure;
begin
    for callable in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname in ('shadow_begin', 'shadow_finish', 'live_lock', 'shadow_swap', 'kept_swap',
            'copy_discard', 'shadow_replace', 'read_model_checksum', 'discard_kept')
    loop
        execute format('revoke all on function %s from public', callable);
    end loop;
    execute format('grant execute on function discard_kept to %I', current_setting('kit.app_role'));
end
$$;
