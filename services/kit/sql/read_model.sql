-- load: the rows a batch touches, locked against a second writer
select {columns} from {table} where tenant = $1 and {key} = any($2) for update;

-- remove: rows that are no longer there
delete from {table} where tenant = $1 and {key} = any($2);

-- upsert: rows as they are after the batch; $2 is a JSON array of them
insert into {table} (tenant, {columns})
select $1, {columns} from jsonb_populate_recordset(null::{table}, $2)
on conflict (tenant, {key}) do update set {changes};
