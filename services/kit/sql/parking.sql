-- parked: which of these streams stand still
select stream from parked_streams where tenant = $1 and consumer = $2 and topic = $3 and stream = any($4);

-- park: a stream that fails from here on; of one that stands still already the first failure is kept
insert into parked_streams (tenant, consumer, topic, stream, reason, error_type, field) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (tenant, consumer, topic, stream) do nothing;

-- put: events behind the one their stream stands still at
insert into parked_events (tenant, consumer, topic, stream, sequence, partition, record_offset, ce_type, event_id)
select $1, $2, $3, e.*
from unnest($4::text[], $5::integer[], $6::integer[], $7::bigint[], $8::text[], $9::uuid[])
    as e (stream, sequence, partition, record_offset, ce_type, event_id)
on conflict (tenant, consumer, topic, stream, partition, record_offset) do nothing;

-- counts: how much stands still for one consumer, of every tenant
select streams, events from parked_counts($1);

-- overview: every stream that stands still, of every tenant
select * from parked_overview();

-- waiting: the next events of a stream, in order
select sequence, partition, record_offset, ce_type, event_id, parked_at from parked_events
where tenant = $1 and consumer = $2 and topic = $3 and stream = $4
order by sequence, partition, record_offset limit $5;

-- hold_consumer: nobody takes a batch for this consumer until the transaction ends
select count(*) from (
    select from consumer_checkpoints where consumer = $1 order by topic, partition for update
) as held;

-- hold_projection: nobody moves this read model on until the transaction ends
select count(*) from (select from projection_checkpoints where name = $1 for update) as held;

-- lock: one replay of a stream at a time; no row when it does not stand still any more
select true from parked_streams where tenant = $1 and consumer = $2 and topic = $3 and stream = $4 for update;

-- take_out: events that are done with
delete from parked_events p
using unnest($5::integer[], $6::bigint[]) as done (partition, record_offset)
where p.tenant = $1 and p.consumer = $2 and p.topic = $3 and p.stream = $4
    and p.partition = done.partition and p.record_offset = done.record_offset;

-- blame: why it stands still now
update parked_streams set reason = $5, error_type = $6, field = $7
where tenant = $1 and consumer = $2 and topic = $3 and stream = $4;

-- release: let the stream go on, if nothing waits in it
delete from parked_streams s
where s.tenant = $1 and s.consumer = $2 and s.topic = $3 and s.stream = $4 and not exists (
    select from parked_events e where e.tenant = s.tenant and e.consumer = s.consumer and e.topic = s.topic and e.stream = s.stream
)
returning true;

-- left: how many events wait in a stream
select count(*) from parked_events where tenant = $1 and consumer = $2 and topic = $3 and stream = $4;

-- record: what is done without, why, and who decided it
insert into discarded_events (
    tenant, consumer, topic, stream, sequence, partition, record_offset, ce_type, event_id, reason, discarded_by
)
select tenant, consumer, topic, stream, sequence, partition, record_offset, ce_type, event_id, $7, $8
from parked_events p join unnest($5::integer[], $6::bigint[]) as done (partition, record_offset) using (partition, record_offset)
where p.tenant = $1 and p.consumer = $2 and p.topic = $3 and p.stream = $4
on conflict (tenant, consumer, topic, stream, partition, record_offset) do nothing;

-- pass_over: the version guard goes on after what was done without
insert into stream_versions (tenant, consumer, topic, stream, version) values ($1, $2, $3, $4, $5)
on conflict (tenant, consumer, topic, stream) do update set version = greatest(stream_versions.version, excluded.version);
