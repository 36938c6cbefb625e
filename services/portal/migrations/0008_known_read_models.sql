-- The read models there were before a database said which it has, in the version they had then. A portal that has not begun to
-- listen begins with all of them by itself.
insert into read_models (name, version)
select known.name, known.version
from (values
    ('portal.appointments', 1), ('portal.consultations', 1), ('portal.evidence', 1), ('portal.goals', 1), ('portal.group_sessions', 1),
    ('portal.measures', 1), ('portal.mha_periods', 1), ('portal.pcns', 1), ('portal.people', 1), ('portal.places', 1),
    ('portal.referrals', 2), ('portal.risk_flags', 2), ('portal.safeguarding_concerns', 1), ('portal.training_attendances', 1),
    ('portal.training_sessions', 1), ('portal.waits', 1)
) as known (name, version)
where exists (select from consumer_checkpoints where next_offset > 0)
on conflict (name) do nothing;
