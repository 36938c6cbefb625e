-- A note is opened from its event when a clinician asks, as in outcomes: what no table holds need not be purged from one.
-- The rows are otherwise the same, so the read model keeps its version.
alter table consultation_log drop column note;
