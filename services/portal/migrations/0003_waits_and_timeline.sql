-- Waits and timeline.
select 1;
