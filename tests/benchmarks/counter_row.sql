-- The other way to give out positions in commit order: a row that holds the head, locked at the start, moved at the end.
-- The same contract as services/kit/migrations/store/0002_append.sql, which the functions here take the place of; the
-- benchmark puts this file over a fresh store and compares (docs/adr/0002).
create table feed_counter (one boolean primary key default true check (one), head bigint not null) with (fillfactor = 10);
insert into feed_counter (head) values (0);

-- One request. Answers stored, duplicate (with the stored answer) or conflict (with the actual version).
create or replace function append_one(
    for_tenant text, for_stream text, expected integer, command_id uuid,
    types text[], data text[], sealed bytea[], meta text[], occurred timestamptz[]
) returns table (outcome text, answer_stream text, answer_version integer, answer_position bigint)
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    head bigint;
    actual integer;
    added integer := cardinality(types);
begin
    select c.head into head from feed_counter c for update;
    return query select 'duplicate', c.stream, c.version, c.position from commands c where c.tenant = for_tenant and c.id = command_id;
    if found then
        return;
    end if;
    select e.version into actual from events e where e.tenant = for_tenant and e.stream = for_stream order by e.version desc limit 1;
    actual := coalesce(actual, 0);
    if expected is not null and expected <> actual then
        return query select 'conflict', for_stream, actual, head;
        return;
    end if;
    insert into events (position, tenant, stream, version, type, data, sealed, meta, occurred_at)
    select head + n.no, for_tenant, for_stream, actual + n.no::integer, n.type, n.data::jsonb, n.sealed, n.meta::jsonb, n.occurred
    from unnest(types, data, sealed, meta, occurred) with ordinality as n (type, data, sealed, meta, occurred, no);
    insert into commands (tenant, id, stream, version, position) values (for_tenant, command_id, for_stream, actual + added, head + added);
    update feed_counter c set head = c.head + added;
    perform pg_notify('events', '');
    return query select 'stored', for_stream, actual + added, head + added;
end
$$;

-- Many requests, at most one a stream and one a command id, each with its own outcome; no bad one fails its neighbours.
create or replace function append_many(
    tenants text[], streams text[], expected integer[], command_ids uuid[],
    request integer[], types text[], data text[], sealed bytea[], meta text[], occurred timestamptz[]
) returns table (outcome text, answer_stream text, answer_version integer, answer_position bigint)
language plpgsql security definer set search_path = public, pg_temp set enable_seqscan = off as $$
declare
    head bigint;
begin
    select c.head into head from feed_counter c for update;
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
    ), moved as (
        update feed_counter c set head = c.head + (select count(*) from fresh)
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
