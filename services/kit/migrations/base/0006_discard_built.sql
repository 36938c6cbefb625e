-- Somebody was erased: what was built and not yet put in place names them as well. Unless a rebuild is at work: it follows the log, and so
-- comes to the erasure, before it puts anything in place.
create or replace function discard_kept() returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    nobody_builds boolean := pg_try_advisory_xact_lock(7005);
    copy record;
begin
    for copy in select c.place, c.target from read_model_copies c where c.place = 'kept' or nobody_builds loop
        perform copy_discard(copy.place, copy.target);
    end loop;
    delete from read_model_copies where place = 'kept' or nobody_builds;
end
$$;
