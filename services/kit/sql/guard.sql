-- versions: the last version taken of each stream
select stream, version from stream_versions where tenant = $1 and consumer = $2 and topic = $3 and stream = any($4);

-- remember: the last version taken of each stream, after the batch
insert into stream_versions (tenant, consumer, topic, stream, version)
select $1, $2, $3, s.stream, s.version from unnest($4::text[], $5::integer[]) as s (stream, version)
on conflict (tenant, consumer, topic, stream) do update set version = excluded.version;

-- seen: the newest version of a stream that reached this database
select coalesce(max(version), 0) from stream_versions where tenant = $1 and stream = $2;
