-- head: the position of the newest event
select coalesce((select position from events order by position desc limit 1), 0);

-- incarnation: which store this is
select incarnation from store;

-- tenants: whose events there are
select distinct tenant from events;

-- chunk: what leaves the service, in order
select position, id, tenant, stream, version, type, data, null::bytea as sealed, meta, occurred_at, recorded_at, 0 as previous
from events where position > $1 and position <= $2 and type = any($3) and ($4::text is null or tenant = $4)
order by position;
