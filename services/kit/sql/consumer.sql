-- checkpoints: how far the partitions of a batch have been taken, locked until it is in; in one order, whoever asks
select topic, partition, next_offset, epoch from consumer_checkpoints
where consumer = $1 and (topic, partition) in (select * from unnest($2::text[], $3::integer[]))
order by topic, partition for update;

-- begin: the first time a partition is seen, from the first record it ever had, whichever is shown first
insert into consumer_checkpoints (consumer, topic, partition, next_offset, epoch)
select $1, topic, partition, 0, 1 from unnest($2::text[], $3::integer[]) as seen (topic, partition) order by topic, partition
on conflict (consumer, topic, partition) do nothing;

-- own: a member that was just given these partitions shuts out the one that had them
update consumer_checkpoints set epoch = epoch + 1
where consumer = $1 and (topic, partition) in (select * from unnest($2::text[], $3::integer[]))
returning topic, partition, epoch;

-- move: go on from exactly where this batch began, under this epoch
update consumer_checkpoints c set next_offset = m.until
from unnest($2::text[], $3::integer[], $4::bigint[], $5::bigint[], $6::bigint[]) as m (topic, partition, since, epoch, until)
where c.consumer = $1 and c.topic = m.topic and c.partition = m.partition and c.next_offset = m.since and c.epoch = m.epoch
returning c.topic;

-- offsets: the checkpoints of every partition
select topic, partition, next_offset from consumer_checkpoints where consumer = $1;
