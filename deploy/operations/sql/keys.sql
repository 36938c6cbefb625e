-- alone: one at a time may turn keys over; ends with its connection
select pg_try_advisory_lock(7009);

-- networks: every network that has a key, and its key as it is stored
select tenant, wrapped from tenant_keys where $1::text is null or tenant = $1 order by tenant;

-- hold: one network's key; nobody makes a person's key under it meanwhile
select wrapped from tenant_keys where tenant = $1 for update;

-- stored: the same, held by nobody
select wrapped from tenant_keys where tenant = $1;

-- put: the same network's key, stored anew
update tenant_keys set wrapped = $2 where tenant = $1;

-- people: how many keys of people lie under the keys of networks
select count(*) from subject_keys where wrapped is not null and ($1::text is null or tenant = $1);

-- some: the next keys of people of one network
select subject, wrapped from subject_keys where tenant = $1 and wrapped is not null and subject > $2 order by subject limit $3;

-- move: keys of people under another key of their network; one that was destroyed meanwhile stays so
update subject_keys s set wrapped = n.after
from unnest($2::text[], $3::bytea[], $4::bytea[]) as n (subject, before, after)
where s.tenant = $1 and s.subject = n.subject and s.wrapped = n.before;
