-- Who sent which referral. And one truth of the waiting clock: when a referral is due stands in `waits`, nowhere else.
create table referrals_made (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    referred_by text not null,
    received_at timestamptz not null,
    primary key (tenant, referral_id)
);
select kit_protect('referrals_made');
create index referrals_made_latest_first on referrals_made (tenant, referred_by, received_at desc, referral_id);

alter table referrals drop column due_on, drop column clock_started_at;
