-- move_on: the newest version of each stream of a batch; `before` is the one taken last until now, 0 for none
insert into stream_versions (tenant, consumer, topic, stream, version)
select $1, $2, $3, s.stream, s.version from unnest($4::text[], $5::integer[]) as s (stream, version)
on conflict (tenant, consumer, topic, stream) do update
    set version = greatest(stream_versions.version, excluded.version)
returning stream, coalesce(old.version, 0) as before;

-- seen: the newest version of a stream that reached this database
select coalesce(max(version), 0) from stream_versions where tenant = $1 and stream = $2;
