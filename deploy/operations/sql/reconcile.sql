-- lock: nobody appends until this transaction ends
select pg_advisory_xact_lock(7003);

-- log: which log this is and where it ends
select s.incarnation, feed_head() as head from store s;

-- newest: the newest version of each of these streams
select e.tenant, e.stream, max(e.version) as version from events e
where (e.tenant, e.stream) in (select * from unnest($1::text[], $2::text[])) group by e.tenant, e.stream;

-- ids: which events are at these positions
select position, id from event_ids($1);

-- open: the log is what Kafka holds again, and may be appended to
select store_open();

-- add: what was lost, in the places it had
insert into events (position, id, tenant, stream, version, type, data, meta, occurred_at, recorded_at)
select position, id, tenant, stream, version, type, data, meta, occurred_at, recorded_at
from jsonb_populate_recordset(null::events, $1) order by position;

-- tell: whoever follows the log
select pg_notify('events', '');
