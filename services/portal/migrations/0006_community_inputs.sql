-- What local families contributed, as the training service tells of it. Their words stay there.
create table community_inputs (
    tenant text not null,
    input_id text not null,
    kind text not null,
    people integer not null,
    held_on date not null,
    recorded_at timestamptz not null,
    primary key (tenant, input_id)
);
select kit_protect('community_inputs');
create index community_inputs_in_order on community_inputs (tenant, held_on);
