-- Of somebody erased the row stays, with the day and nothing else: so that a page can say so, and a second search finds nobody.
-- Nobody was erased before, so every row there is stays as it is and the read model keeps its version.
alter table identities add column erased_at timestamptz;
create index on identities (tenant, person_id) where erased_at is not null;
