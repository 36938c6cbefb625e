-- Streams of which an event could not be handled. Each stands still alone, in order, until somebody has seen to it.
-- Slugs only: what kind of failure, in which field; never a value. Topic '' is the service's own log.
create table parked_streams (
    tenant text not null,
    consumer text not null,
    topic text not null,
    stream text not null,
    reason text not null,
    error_type text not null,
    field text,
    parked_at timestamptz not null default now(),
    primary key (tenant, consumer, topic, stream)
);
select kit_protect('parked_streams');

-- What waits in each: where an event lies, never what it says. In the own log the offset is its position.
create table parked_events (
    tenant text not null,
    consumer text not null,
    topic text not null,
    stream text not null,
    sequence integer not null,
    partition integer not null,
    record_offset bigint not null,
    ce_type text not null,
    event_id uuid,
    parked_at timestamptz not null default now(),
    primary key (tenant, consumer, topic, stream, partition, record_offset),
    foreign key (tenant, consumer, topic, stream) references parked_streams
);
select kit_protect('parked_events');

-- What an operator decided to do without, and why. Kept for good: the application may add to it and no more.
create table discarded_events (
    tenant text not null,
    consumer text not null,
    topic text not null,
    stream text not null,
    sequence integer not null,
    partition integer not null,
    record_offset bigint not null,
    ce_type text not null,
    event_id uuid,
    reason text not null,
    discarded_by text not null,
    discarded_at timestamptz not null default now(),
    primary key (tenant, consumer, topic, stream, partition, record_offset)
);
select kit_protect('discarded_events');

do $$
declare
    target text;
begin
    foreach target in array array['parked_streams', 'parked_events', 'discarded_events'] loop
        -- The owner sees every tenant's, but only inside the functions below.
        execute format('create policy overview on %s for select to %I using (true)', target, current_user);
    end loop;
    execute format('revoke update, delete on discarded_events from %I', current_setting('kit.app_role'));
end
$$;

-- Every tenant's, for operators. There is nothing about anybody in it.
create function parked_overview()
returns table (
    tenant text, consumer text, topic text, stream text, reason text, error_type text, field text, parked_at timestamptz,
    events bigint, first_sequence integer
)
language sql stable security definer set search_path = public, pg_temp as $$
    select s.tenant, s.consumer, s.topic, s.stream, s.reason, s.error_type, s.field, s.parked_at, count(e.sequence), min(e.sequence)
    from parked_streams s left join parked_events e using (tenant, consumer, topic, stream)
    group by s.tenant, s.consumer, s.topic, s.stream
    order by s.parked_at, s.tenant, s.consumer, s.topic, s.stream
$$;

create function parked_counts(for_consumer text) returns table (streams bigint, events bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from parked_streams where consumer = for_consumer),
        (select count(*) from parked_events where consumer = for_consumer)
$$;

-- Volatile: it must see what was parked while its statement waited for a lock.
create function has_parked(for_consumer text) returns boolean
language sql volatile security definer set search_path = public, pg_temp as $$
    select exists (select from parked_streams where consumer = for_consumer)
$$;

do $$
declare
    callable regprocedure;
begin
    for callable in
        select p.oid::regprocedure from pg_proc p
        where p.proname in ('parked_overview', 'parked_counts', 'has_parked') and p.pronamespace = 'public'::regnamespace
    loop
        execute format('revoke all on function %s from public', callable);
        execute format('grant execute on function %s to %I', callable, current_setting('kit.app_role'));
    end loop;
end
$$;
