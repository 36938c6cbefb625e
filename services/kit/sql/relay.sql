-- take: become the publisher, if nobody is or the lease has run out; a new holder gets a new epoch. A lease that ends later than
-- anybody may be given one is from before the clock was set back
insert into relay (lane, holder, epoch, lease_until, position)
values ('main', $1, 1, clock_timestamp() + make_interval(secs => $2), 0)
on conflict (lane) do update set
    epoch = case when relay.holder = excluded.holder then relay.epoch else relay.epoch + 1 end,
    holder = excluded.holder,
    lease_until = excluded.lease_until
where relay.holder = excluded.holder
    or relay.lease_until not between clock_timestamp() and clock_timestamp() + make_interval(secs => $2 + 60)
returning epoch, position;

-- lag: how much is stored and not yet published
select feed_head() - position from relay where lane = 'main';

-- move: the checkpoint goes on from exactly where this batch began, under this epoch, and the lease is renewed
update relay set position = $4, lease_until = clock_timestamp() + make_interval(secs => $5)
where lane = 'main' and holder = $1 and epoch = $2 and position = $3
returning position;

-- release: hand over at a clean stop
update relay set lease_until = clock_timestamp() where lane = 'main' and holder = $1 and epoch = $2;

-- incarnation: which store this is
select incarnation from store;

-- compare: where the log ends, and which events it has at these positions
select feed_head() as head, coalesce(jsonb_object_agg(found.position, found.id), '{}') as ids from event_ids($1) found;

-- hold: from now on nothing is appended, and why
select store_hold($1);

-- open: the log was compared here, and may be appended to
select store_open();
