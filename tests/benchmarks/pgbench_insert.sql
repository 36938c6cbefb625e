-- What an append writes, and nothing it decides: the event and the answer, in one statement and one transaction a command.
-- The position comes from a sequence, without any order of commits; a reader of the log would lose events (see the ADR).
\set n :n + 1
\set number :n % 50
\set version :n / 50 + 1
with stored as (
    insert into events (position, tenant, stream, version, type, data, sealed, meta, occurred_at)
    values (
        nextval('benchmark_positions'), 'U0000' || (:client_id % 8 + 1)::text,
        'account-' || :run::text || '-' || :client_id::text || '-' || :number::text, :version, 'taken.v1',
        '{"account_id": "account-0-0-00","sheet": "edinburgh-sheet","sheet_version": "1987.1","answers": [0,1,2,3,0,1,2,3,0,1],"scores": {"total": 13.0,"first-half": 6.0,"second-half": 7.0},"complete": true,"place": "universal-antenatal-session","sent_ns": 1234567890123456,"occurred_at": "2026-06-01T12:00:00Z"}'::jsonb,
        null, '{"actor":"benchmark","command_id": "0199c0de-0000-7000-8000-000000000000","traceparent": null}'::jsonb, now()
    ) returning tenant, stream, version, position
)
insert into commands (tenant, id, stream, version, position)
select tenant, gen_random_uuid(), stream, version, position from stored;
