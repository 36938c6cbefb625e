-- One lock, then head + 1: the position is given out by the writer, in commit order, without gaps. The lock is a statement
-- of its own so that the next one sees the last commit (read committed, volatile function). docs/adr tells why not a counter row.

-- One request. Answers stored, duplicate (with the stored answer) or conflict (with the actual version).
create function append_one(
    for_tenant text, for_stream text, expected integer, command_id uuid,
    types text[], data text[], sealed bytea[], meta text[], occurred timestamptz[]
) returns table (outcome text, answer_stream text, answer_version integer, answer_position bigint)
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    head bigint;
    actual integer;
    added integer := cardinality(types);
begin
    perform pg_advisory_xact_lock(7003);
    return query select 'duplicate', c.stream, c.version, c.position from commands c where c.tenant = for_tenant and c.id = command_id;
    if found then
        return;
    end if;
    select e.version into actual from events e where e.tenant = for_tenant and e.stream = for_stream order by e.version desc limit 1;
    actual := coalesce(actual, 0);
    select e.position into head from events e order by e.position desc limit 1;
    head := coalesce(head, 0);
    if expected is not null and expected <> actual then
        return query select 'conflict', for_stream, actual, head;
        return;
    end if;
    insert into events (position, tenant, stream, version, type, data, sealed, meta, occurred_at)
    select head + n.no, for_tenant, for_stream, actual + n.no::integer, n.type, n.data::jsonb, n.sealed, n.meta::jsonb, n.occurred
    from unnest(types, data, sealed, meta, occurred) with ordinality as n (type, data, sealed, meta, occurred, no);
    insert into commands (tenant, id, stream, version, position) values (for_tenant, command_id, for_stream, actual + added, head + added);
    perform pg_notify('events', '');
    return query select 'stored', for_stream, actual + added, head + added;
end
$$;

-- Many requests, at most one a stream and one a command id, each with its own outcome; no bad one fails its neighbours.
create function append_many(
    tenants text[], streams text[], expected integer[], command_ids uuid[],
    request integer[], types text[], data text[], sealed bytea[], meta text[], occurred timestamptz[]
) returns table (outcome text, answer_stream text, answer_version integer, answer_position bigint)
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    head bigint;
begin
    perform pg_advisory_xact_lock(7003);
    select e.position into head from events e order by e.position desc limit 1;
    head := coalesce(head, 0);
    return query
    with asked as (
        select r.no::integer as no, r.tenant, r.stream, r.expected, r.command_id
        from unnest(tenants, streams, append_many.expected, command_ids)
            with ordinality as r (tenant, stream, expected, command_id, no)
    ), judged as (
        select a.*, known.stream as known_stream, known.version as known_version, known.position as known_position,
            coalesce(last.version, 0) as actual
        from asked a
        left join lateral (
            select c.stream, c.version, c.position from commands c where c.tenant = a.tenant and c.id = a.command_id limit 1
        ) known on true
        left join lateral (
            select e.version from events e where e.tenant = a.tenant and e.stream = a.stream order by e.version desc limit 1
        ) last on true
    ), accepted as materialized (
        select j.* from judged j where j.known_version is null and (j.expected is null or j.expected = j.actual)
    ), fresh as materialized (
        select a.no, a.tenant, a.stream, head + row_number() over (order by n.place) as position,
            (a.actual + row_number() over (partition by a.no order by n.place))::integer as version,
            n.type, n.data, n.sealed, n.meta, n.occurred
        from unnest(append_many.request, types, append_many.data, append_many.sealed, append_many.meta, append_many.occurred)
            with ordinality as n (request, type, data, sealed, meta, occurred, place)
        join accepted a on a.no = n.request
    ), stored as (
        insert into events (position, tenant, stream, version, type, data, sealed, meta, occurred_at)
        select f.position, f.tenant, f.stream, f.version, f.type, f.data::jsonb, f.sealed, f.meta::jsonb, f.occurred from fresh f
    ), answers as materialized (
        select a.no, a.tenant, a.command_id, a.stream,
            coalesce(max(f.version), a.actual) as version, coalesce(max(f.position), head) as position
        from accepted a left join fresh f on f.no = a.no
        group by a.no, a.tenant, a.command_id, a.stream, a.actual
    ), remembered as (
        insert into commands (tenant, id, stream, version, position)
        select w.tenant, w.command_id, w.stream, w.version, w.position from answers w
    )
    select
        case when j.known_version is not null then 'duplicate' when w.no is not null then 'stored' else 'conflict' end,
        coalesce(j.known_stream, j.stream),
        coalesce(j.known_version, w.version, j.actual),
        coalesce(j.known_position, w.position, head)
    from judged j left join answers w on w.no = j.no
    order by j.no;
    perform pg_notify('events', '');
end
$$;

-- The feed, every tenant's events in order, for the workers that follow the log. `published` names the stored types that leave
-- the service: `previous` is then the version of the last of them in the same stream, so that a reader can see a gap.
create function read_feed(after bigint, max_rows integer, published text[])
returns table (
    "position" bigint, id uuid, tenant text, stream text, version integer, type text, data jsonb, sealed bytea, meta jsonb,
    occurred_at timestamptz, recorded_at timestamptz, previous integer
)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.position, e.id, e.tenant, e.stream, e.version, e.type, e.data, e.sealed, e.meta, e.occurred_at, e.recorded_at,
        case when e.type = any (published) and e.version > 1 then coalesce((
            select p.version from events p
            where p.tenant = e.tenant and p.stream = e.stream and p.version < e.version and p.type = any (published)
            order by p.version desc limit 1), 0)
        else 0 end
    from events e where e.position > after order by e.position limit max_rows
$$;

create function feed_head() returns bigint
language sql stable security definer set search_path = public, pg_temp as $$
    select coalesce((select e.position from events e order by e.position desc limit 1), 0)
$$;

do $$
declare
    callable regprocedure;
begin
    for callable in
        select p.oid::regprocedure from pg_proc p
        where p.proname in ('append_one', 'append_many', 'read_feed', 'feed_head') and p.pronamespace = 'public'::regnamespace
    loop
        execute format('revoke all on function %s from public', callable);
        execute format('grant execute on function %s to %I', callable, current_setting('kit.app_role'));
    end loop;
end
$$;
