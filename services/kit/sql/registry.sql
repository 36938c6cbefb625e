-- live: which version of each read model is live here
select name, version from read_models;

-- hold: which version of one is live; it stays so until the transaction ends
select version from read_models where name = $1 for share;

-- nothing_taken: whether no consumer has gone beyond the first record of anything
select not exists (select from consumer_checkpoints where next_offset > 0);

-- register: read models that begin with the first event; one that is there already is left as it is
insert into read_models (name, version) select * from unnest($1::text[], $2::integer[]) on conflict (name) do nothing;

-- note_erasure: somebody was erased at this position
update erasures set newest = greatest(newest, $1);

-- newest_erasure: the position at which somebody was erased last
select newest from erasures;

-- drop_copies: whether no copy is left that may name somebody who was erased
select drop_copies();
