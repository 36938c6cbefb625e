-- Who was erased, and when (readmodels/erased.py).
create table erased_people (
    tenant text not null,
    person_id text not null,
    erased_at timestamptz not null,
    primary key (tenant, person_id)
);
select kit_protect('erased_people');
