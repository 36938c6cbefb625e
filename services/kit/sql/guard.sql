-- move_on: the newest version of each stream of a batch; `before` is the one taken last until now, 0 for none. A stream that is
-- parked stays where it is and gives no row, except to the one who tries it again ($6)
insert into stream_versions (tenant, consumer, topic, stream, version)
select $1, $2, $3, s.stream, s.version from unnest($4::text[], $5::integer[]) as s (stream, version)
where $6 or not exists (
    select from parked_streams p where p.tenant = $1 and p.consumer = $2 and p.topic = $3 and p.stream = s.stream
)
on conflict (tenant, consumer, topic, stream) do update
    set version = greatest(stream_versions.version, excluded.version)
returning stream, coalesce(old.version, 0) as before;

-- seen: the newest version of a stream that reached this database
select coalesce(max(version), 0) from stream_versions where tenant = $1 and stream = $2;
