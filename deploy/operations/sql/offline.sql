-- connected: which of these roles are in any database now
select distinct usename from pg_stat_activity where usename = any ($1) order by usename;
