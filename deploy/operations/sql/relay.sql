-- status: where the log ends, who publishes it, how far, and whether it may be appended to
select s.incarnation, s.held, store_is_open() as open, feed_head() as head, coalesce(r.position, 0) as published, coalesce(r.epoch, 0) as epoch,
    coalesce(r.holder, '') as holder, coalesce(r.lease_until > clock_timestamp(), false) as leads
from store s left join relay r on r.lane = 'main';

-- at: the events at these positions, as they leave the service
select e.position, e.id, e.tenant, e.stream, e.version, e.type, e.data, e.meta, e.occurred_at, e.recorded_at,
    case when e.type = any ($2::text[]) then coalesce((
        select p.version from events p
        where p.tenant = e.tenant and p.stream = e.stream and p.version < e.version and p.type = any ($2::text[])
        order by p.version desc limit 1), 0)
    else 0 end as previous
from events e where e.position = any ($1::bigint[]) order by e.position;

-- public: the next positions of events that leave the service, up to one
select e.position from events e
where e.position > $1 and e.position <= $2 and e.type = any ($3::text[]) and ($4::text is null or e.tenant = $4)
order by e.position limit $5;

-- named: which events these are, for people
select format('position %s: %s %s version %s, %s', e.position, e.tenant, e.stream, e.version, e.type) as place
from events e where e.position = any ($1::bigint[]) order by e.position;
