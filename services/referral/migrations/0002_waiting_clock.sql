-- The clock explains itself: the waiting list and the triage list are folded anew, and each referral has a row of its own.
-- A new version of a read model is a new checkpoint: it follows the log from its beginning, into an empty table.

drop table waiting_list;
create table waiting_list (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    spell_id text not null,
    follows_spell_id text,
    clock_started_at timestamptz not null,
    due_on date not null,
    rule_version text not null,
    parts_met jsonb not null,
    missing_parts text[] not null,
    stopped_at timestamptz,
    breached_at timestamptz,
    noted_at timestamptz not null,
    clinical_response_priority text,
    care_strand text,
    primary key (tenant, referral_id)
);
select kit_protect('waiting_list');
create index on waiting_list (tenant, due_on) where stopped_at is null;

truncate triage_list;

create table referrals (
    tenant text not null,
    referral_id text not null,
    person_id text not null,
    status text not null,
    received_at timestamptz not null,
    source_of_referral text not null,
    self_referred boolean not null,
    referring_org_ods_code text,
    referring_professional_type text,
    primary_reason text not null,
    consultation_id text,
    clinical_response_priority text,
    triaged_at timestamptz,
    care_strand text,
    accepted_at timestamptz,
    ended_at timestamptz,
    end_reason text,
    redirected_to text,
    withdrawn_by text,
    spell_id text,
    follows_spell_id text,
    clock_started_at timestamptz,
    due_on date,
    rule_version text,
    parts_met jsonb not null,
    missing_parts text[] not null,
    stopped_at timestamptz,
    why text,
    days integer,
    breached_at timestamptz,
    primary key (tenant, referral_id)
);
select kit_protect('referrals');
create index on referrals (tenant, person_id);

delete from projection_checkpoints where name in ('referral.waiting_list.v1', 'referral.triage_list.v1');
