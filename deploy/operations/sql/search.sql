-- looker: for this session only: every table but the system's, how many rows it has, how many hold the text, and in which columns
create function pg_temp.look_for(wanted text)
returns table ("schema" text, "table" text, row_count bigint, rows_found bigint, "columns" text[])
language plpgsql as $$
declare
    as_hex text := encode(convert_to(wanted, 'UTF8'), 'hex');
    -- As a row is written out, quotes and backslashes are doubled; without them both sides compare as they are read.
    plain text := translate(lower(wanted), '"\', '');
    held text := $held$(strpos(translate(lower(%1$s::text), '"\', ''), $1) > 0 or strpos(%1$s::text, $2) > 0)$held$;
    place record;
    part record;
    hits bigint;
begin
    for place in
        select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1, 2
    loop
        "schema" := place.nspname;
        "table" := place.relname;
        "columns" := '{}';
        execute format('select count(*), count(*) filter (where ' || format(held, 'a_row') || ') from %I.%I a_row',
            place.nspname, place.relname) into row_count, rows_found using plain, as_hex;
        for part in
            select attname from pg_attribute where rows_found > 0 and attnum > 0 and not attisdropped
                and attrelid = format('%I.%I', place.nspname, place.relname)::regclass order by attnum
        loop
            execute format('select count(*) from %I.%I where ' || format(held, quote_ident(part.attname)), place.nspname, place.relname)
                into hits using plain, as_hex;
            if hits > 0 then
                "columns" := "columns" || format('%s (%s)', part.attname, hits);
            end if;
        end loop;
        return next;
    end loop;
end
$$;

-- look: where the text is
select * from pg_temp.look_for($1);

-- sealed: the sealed parts of every event, and whose they are; $1 is the field that says so
select position, tenant, stream, data ->> $1 as subject, sealed from events where sealed is not null order by position;

-- sealed_of: the sealed parts of one person's events
select position, tenant, stream, data ->> $1 as subject, sealed from events
where sealed is not null and data ->> $1 = $2 order by position;
