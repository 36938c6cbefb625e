-- key: the person's key; `there` false: destroyed
select tenant, wrapped is not null as there, destroyed_at from subject_keys where subject = $1;

-- registered: the networks this person is known to
select distinct tenant from events where stream = 'person-' || $1 order by tenant;

-- told: what a log holds of the person: events about them, how many of those have a sealed part, and whether it has heard of the erasure
select count(*) as events, count(*) filter (where sealed is not null) as sealed,
    count(*) filter (where type = 'person-erased.v1') > 0 as heard
from events where tenant = $1 and (data ->> $2 = $3 or data ->> 'person_id' = $3);

-- copies: the places that hold a copy of the identity read model, being built or replaced
select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relname = 'identities' and n.nspname in ('shadow', 'kept');

-- identity: how many fields of the identity read model of a place say who they are
select num_nonnulls(full_name, name_key, nhs_number, birth_date, external_reference)
from {place}.identities where tenant = $1 and person_id = $2;

-- shown: whether the portal knows that they were erased
select count(*) > 0 from erased_people where tenant = $1 and person_id = $2;
