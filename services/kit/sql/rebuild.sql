-- alone: one rebuild of this database at a time; held until the connection ends
select pg_try_advisory_lock(7005);

-- begin: an empty copy of a table
select shadow_begin($1);

-- finish: keys, indexes, policies and grants as the live table has them
select shadow_finish($1);

-- lock: nobody reads these tables until the transaction ends
select live_lock($1);

-- swap: the new table goes live, the live one is kept
select shadow_swap($1);

-- swap_back: the kept table goes live, the live one is kept
select kept_swap($1);

-- replace: the rows of one tenant as they were built take the place of the live ones
select shadow_replace($1, $2);

-- discard: drop a copy
select copy_discard($1, $2);

-- copies: what there is besides the live tables
select place, name, version, target, taken, left_out, made_at from read_model_copies;

-- note: what a copy holds
insert into read_model_copies (place, name, version, target, taken, left_out) values ($1, $2, $3, $4, $5, $6)
on conflict (place, name) do update set
    version = excluded.version, target = excluded.target, taken = excluded.taken, left_out = excluded.left_out,
    made_at = clock_timestamp();

-- forget: a copy is gone
delete from read_model_copies where place = $1 and name = $2;

-- changed: whether the live table has other columns than a copy
select exists (
    select from (
        select attname, atttypid, atttypmod, attnotnull
        from pg_attribute
        where attrelid in (to_regclass(format('%I.%I', $1::text, $2::text)), to_regclass(format('public.%I', $2::text)))
            and attnum > 0 and not attisdropped
    ) as a group by attname, atttypid, atttypmod, attnotnull having count(*) <> 2
);

-- checksum: rows of one tenant, and a sum over them that does not depend on their order
select row_count, checksum from read_model_checksum($1, $2, $3);

-- go_live: this version is the live one now
insert into read_models (name, version) values ($1, $2)
on conflict (name) do update set version = excluded.version, built_at = clock_timestamp();

-- head: the position of the newest event
select coalesce((select position from events order by position desc limit 1), 0);

-- counted: how many events there are up to a position
select count(*) from events where position <= $1;

-- tenants: everybody there are events of
select distinct tenant from events order by tenant;

-- chunk: events in order, without the kinds nobody heeds; of one tenant or of all
select position, id, tenant, stream, version, type, data, sealed, meta::text as meta, occurred_at, recorded_at
from events where position > $1 and position <= $2 and type <> all($3) and ($4::text is null or tenant = $4)
order by position;

-- position: how far a read model has followed the log
select position from projection_checkpoints where name = $1;

-- hold_position: the same, and nobody moves it until the transaction ends
select position from projection_checkpoints where name = $1 for update;

-- set_position: a read model goes on from here
insert into projection_checkpoints (name, position) values ($1, $2)
on conflict (name) do update set position = excluded.position;

-- drop_other_positions: other versions of a read model are followed no longer
delete from projection_checkpoints where left(name, length($1) + 2) = $1 || '.v' and name <> $2;

-- begin_partitions: a partition nobody has taken from yet
insert into consumer_checkpoints (consumer, topic, partition, next_offset, epoch)
select $1, p.topic, p.partition, 0, 1 from unnest($2::text[], $3::integer[]) as p (topic, partition)
on conflict (consumer, topic, partition) do nothing;

-- offsets: how far a consumer has taken each partition
select topic, partition, next_offset from consumer_checkpoints where consumer = $1 order by topic, partition;

-- hold_offsets: the same, and nobody moves them until the transaction ends
select topic, partition, next_offset from consumer_checkpoints where consumer = $1 order by topic, partition for update;

-- versions: the newest version of each stream one tenant's consumer has taken
select topic, stream, version from stream_versions where tenant = $1 and consumer = $2 and topic = any($3);

-- left_out: events a consumer has not applied: they stand still, or it was decided to do without them
select topic, partition, record_offset from parked_events where consumer = $1
union
select topic, partition, record_offset from discarded_events where consumer = $1;

-- passed_over: events a consumer does without, by their place in their stream
select tenant, topic, stream, sequence from discarded_events where consumer = $1;
