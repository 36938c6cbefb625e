-- load_stream: every event of one stream, oldest first
select position, id, tenant, stream, version, type, data, sealed, meta, occurred_at, recorded_at, 0 as previous
from events where tenant = $1 and stream = $2 order by version;

-- load_streams: every event of several streams, of each the oldest first
select position, id, tenant, stream, version, type, data, sealed, meta, occurred_at, recorded_at, 0 as previous
from events where tenant = $1 and stream = any($2) order by version;

-- answer_to: the answer a command got the first time
select stream, version, position from commands where tenant = $1 and id = $2;

-- answers_to: the same of several commands
select id, stream, version, position from commands where tenant = $1 and id = any($2);

-- read_feed: the next events of every tenant
select * from read_feed($1, $2, $3);

-- append_one: one request, alone
select * from append_one($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- append_many: one batch of requests
select * from append_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);
