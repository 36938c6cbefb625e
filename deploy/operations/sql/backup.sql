-- stop_writers: whoever appends waits until this session lets go; the same lock as in migration store/0002
select pg_advisory_lock(7003);

-- let_writers: and on they go
select pg_advisory_unlock(7003);

-- export: a name for what this transaction sees, for a dump to see the same
select pg_export_snapshot();

-- log: which log this is, where it ends, how far it was published
select s.incarnation::text as incarnation, feed_head() as head, coalesce((select r.position from relay r where r.lane = 'main'), 0) as published
from store s;

-- tables: how many there are; a database that has any is not empty
select count(*) from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace;

-- drop: the statement that drops a database and whoever is in it
select format('drop database %I with (force)', $1::text);

-- begin_again: publish the whole log once more, into a Kafka that has nothing of it; who has taken an event already drops it
update relay set position = 0, epoch = epoch + 1, lease_until = clock_timestamp();

-- forget_offsets: another Kafka numbers its records anew; what was taken is known by the streams' versions
delete from consumer_checkpoints;

-- forget_parked: a parked record lies in a Kafka that is no more; it comes again, and is parked again when it fails again
delete from parked_events where topic <> '';

-- forget_parked_streams: and the streams they stopped
delete from parked_streams where topic <> '';

-- forget_kept: copies kept for a rollback are as of the other Kafka's offsets
select discard_kept();

-- has: whether there is such a table or function
select to_regclass($1) is not null or to_regproc($1) is not null;
