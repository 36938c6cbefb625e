-- How far a read model has followed the service's own log.
create table projection_checkpoints (
    name text primary key,
    position bigint not null
);
select kit_grant('projection_checkpoints', 'select, insert, update');

-- How far a consumer has followed a partition. The truth about offsets lives here, beside the rows they made.
create table consumer_checkpoints (
    consumer text not null,
    topic text not null,
    partition integer not null,
    next_offset bigint not null,
    epoch bigint not null,
    primary key (consumer, topic, partition)
);
select kit_grant('consumer_checkpoints', 'select, insert, update');

-- The last version of each stream a consumer has taken: what makes a redelivery harmless.
create table stream_versions (
    tenant text not null,
    consumer text not null,
    topic text not null,
    stream text not null,
    version integer not null,
    primary key (tenant, consumer, topic, stream)
);
select kit_protect('stream_versions');
create index on stream_versions (tenant, stream);
