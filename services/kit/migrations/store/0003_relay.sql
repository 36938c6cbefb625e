-- Who publishes, until when, and how far. The epoch fences a holder that slept past its lease.
create table relay (
    lane text primary key,
    holder text not null,
    epoch bigint not null,
    lease_until timestamptz not null,
    position bigint not null
);
select kit_grant('relay', 'select, insert, update');
