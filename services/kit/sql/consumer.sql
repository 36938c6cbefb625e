-- checkpoint: how far a partition has been taken, locked until the batch is in
select next_offset, epoch from consumer_checkpoints
where consumer = $1 and topic = $2 and partition = $3 for update;

-- begin: the first time a partition is seen, from its first record
insert into consumer_checkpoints (consumer, topic, partition, next_offset, epoch) values ($1, $2, $3, $4, 1)
on conflict (consumer, topic, partition) do nothing;

-- own: a member that was just given the partition shuts out the one that had it
update consumer_checkpoints set epoch = epoch + 1 where consumer = $1 and topic = $2 and partition = $3 returning epoch;

-- move: go on from exactly where this batch began, under this epoch
update consumer_checkpoints set next_offset = $6
where consumer = $1 and topic = $2 and partition = $3 and next_offset = $4 and epoch = $5
returning next_offset;

-- versions: the last version taken of each stream
select stream, version from stream_versions where tenant = $1 and consumer = $2 and topic = $3 and stream = any($4);

-- remember: the last version taken of each stream, after the batch
insert into stream_versions (tenant, consumer, topic, stream, version)
select $1, $2, $3, s.stream, s.version from unnest($4::text[], $5::integer[]) as s (stream, version)
on conflict (tenant, consumer, topic, stream) do update set version = excluded.version;

-- seen: the newest version of a stream that reached this database
select coalesce(max(version), 0) from stream_versions where tenant = $1 and stream = $2;

-- offsets: the checkpoints of every partition
select topic, partition, next_offset from consumer_checkpoints where consumer = $1;
