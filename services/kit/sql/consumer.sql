-- checkpoint: how far a partition has been taken, locked until the batch is in
select next_offset, epoch from consumer_checkpoints
where consumer = $1 and topic = $2 and partition = $3 for update;

-- begin: the first time a partition is seen, from the first record it ever had, whichever is shown first
insert into consumer_checkpoints (consumer, topic, partition, next_offset, epoch) values ($1, $2, $3, 0, 1)
on conflict (consumer, topic, partition) do nothing;

-- own: a member that was just given the partition shuts out the one that had it
update consumer_checkpoints set epoch = epoch + 1 where consumer = $1 and topic = $2 and partition = $3 returning epoch;

-- move: go on from exactly where this batch began, under this epoch
update consumer_checkpoints set next_offset = $6
where consumer = $1 and topic = $2 and partition = $3 and next_offset = $4 and epoch = $5
returning next_offset;

-- offsets: the checkpoints of every partition
select topic, partition, next_offset from consumer_checkpoints where consumer = $1;
