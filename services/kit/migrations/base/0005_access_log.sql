-- Who read what about whom, when and why (kit/access_log.py). `subject` null: a list, of `rows_read` people.
create table access_log (
    tenant text not null,
    id uuid not null default uuidv7(),
    subject text,
    reader text not null,
    roles text[] not null,
    what text not null,
    why text not null,
    rows_read integer not null,
    request text,
    at timestamptz not null default clock_timestamp(),
    primary key (tenant, id)
);
select kit_protect('access_log');
create index access_log_of_subject on access_log (tenant, subject, id) where subject is not null;

-- Lines are added and read, and nothing else: not by the application, not by the owner in passing.
do $$
begin
    execute format('revoke update, delete on access_log from %I', current_setting('kit.app_role'));
end
$$;
create function refuse_change_of_access() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: the access log is append-only', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end
$$;
create trigger append_only before update or delete or truncate on access_log for each statement execute function refuse_change_of_access();
