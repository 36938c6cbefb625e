-- start: make the checkpoint at the first start
insert into projection_checkpoints (name, position) values ($1, 0) on conflict (name) do nothing;

-- position: how far this read model is
select position from projection_checkpoints where name = $1;

-- move: go on from exactly where this batch began, and whether any stream stands still; no row means somebody else did
update projection_checkpoints set position = $3 where name = $1 and position = $2 returning has_parked($1) as has_parked;
