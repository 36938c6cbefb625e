-- store: the log's own row, and where it ends
select s.incarnation, s.held, store_is_open() as open, feed_head() as head from store s;

-- counted: how much was looked at
select count(*) as events, count(distinct (tenant, stream)) as streams, (select count(*) from commands) as commands from events;

-- positions: an event whose position does not follow on the one before
select format('position %s comes after %s', position, before) as place
from (select position, lag(position, 1, 0::bigint) over (order by position) as before from events) e
where position <> before + 1 order by position limit $1;

-- versions: an event whose version does not follow on the one before it in the log
select format('%s %s: version %s comes after %s, at position %s', tenant, stream, version, before, position) as place
from (
    select tenant, stream, version, position,
        lag(version, 1, 0) over (partition by tenant, stream order by position) as before
    from events
) e
where version <> before + 1 order by position limit $1;

-- outcomes: a command that has events and no answer, or whose events are not one run that ends where its answer says
select format('%s command %s: %s', e.tenant, e.command_id, case
    when c.id is null then 'it has events and no answer'
    else format('its answer says version %s at position %s, its events do not', c.version, c.position) end) as place
from (
    select tenant, (meta->>'command_id')::uuid as command_id, count(*) as events, count(distinct stream) as streams, min(stream) as stream,
        min(version) as first_version, max(version) as version, min(position) as first_position, max(position) as position
    from events where type <> all ($2::text[]) group by tenant, meta->>'command_id'
) e
left join commands c on c.tenant = e.tenant and c.id = e.command_id
where (c.id is null or e.streams > 1 or c.stream <> e.stream or c.version <> e.version or c.position <> e.position
    or e.version - e.first_version + 1 <> e.events or e.position - e.first_position + 1 <> e.events)
order by e.position limit $1;

-- answers: a command without events whose answer lies past the end of its stream or of the log
select format('%s command %s: its answer lies past the end of what is stored', c.tenant, c.id) as place
from commands c
where c.position > (select coalesce(max(position), 0) from events) or c.version > (
    select coalesce(max(e.version), 0) from events e where e.tenant = c.tenant and e.stream = c.stream)
order by c.position limit $1;

-- append_only: a log table that can be changed: without its triggers, or by the application's role
select format('%s: %s', wanted.name, wrong.why) as place
from (values ('events'), ('commands')) as wanted (name)
cross join lateral (
    select 'no trigger refuses update, delete and truncate' as why
    where not exists (
        select from pg_trigger t
        where t.tgrelid = to_regclass(wanted.name) and t.tgname = 'append_only' and t.tgenabled in ('O', 'A') and t.tgtype & 58 = 58
    )
    union all
    select format('%s may %s', $2::text, lower(privilege))
    from unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) privilege where has_table_privilege($2::text, wanted.name, privilege)
) wrong
limit $1;

-- security: a table of tenants' rows that is not protected by forced row-level security
select format('%s: row-level security is not forced, or has no policy', c.oid::regclass) as place
from pg_class c
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped)
    and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
order by 1 limit $1;

-- roles: an application role that is more than it should be
select format('%s: %s', r.rolname, wrong.why) as place
from pg_roles r
cross join lateral (
    select 'is a superuser' as why where r.rolsuper
    union all
    select 'passes by row-level security' where r.rolbypassrls
    union all
    select format('owns %s', c.oid::regclass) from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace
) wrong
where r.rolname = $2::text limit $1;
