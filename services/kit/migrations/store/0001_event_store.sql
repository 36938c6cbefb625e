-- The log. Positions are contiguous and in commit order; versions of a stream are contiguous; nothing is changed or deleted.
create table events (
    position bigint primary key,
    id uuid not null default uuidv7(),
    tenant text not null,
    stream text not null,
    version integer not null,
    type text not null,
    data jsonb not null,
    sealed bytea,
    meta jsonb not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    constraint events_stream_version unique (tenant, stream, version)
);

-- The answer to each command, so that the same command again gets it again.
create table commands (
    tenant text not null,
    id uuid not null,
    stream text not null,
    version integer not null,
    position bigint not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant, id)
);

create table store (
    incarnation uuid primary key default gen_random_uuid(),
    format integer not null default 1,
    created_at timestamptz not null default now()
);
insert into store default values;
select kit_grant('store', 'select');

do $$
declare
    target text;
begin
    foreach target in array array['events', 'commands'] loop
        execute format('alter table %s enable row level security', target);
        execute format('alter table %s force row level security', target);
        execute format('create policy tenant on %s for select using (tenant = nullif(current_setting(''app.tenant'', true), ''''))', target);
        -- The owner writes for every tenant, but only inside the functions below.
        execute format('create policy writer on %s to %I using (true) with check (true)', target, current_user);
        perform kit_grant(target::regclass, 'select');
    end loop;
end
$$;

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: the log is append-only', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete or truncate on events for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on commands for each statement execute function refuse_change();
