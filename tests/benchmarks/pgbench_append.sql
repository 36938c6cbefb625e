-- The same append as the service's, one transaction a command, without anything that gathers commands into batches.
\set n :n + 1
\set number :n % 50
\set version :n / 50
select * from append_one(
    'U0000' || (:client_id % 8 + 1)::text, 'account-' || :run::text || '-' || :client_id::text || '-' || :number::text, :version,
    gen_random_uuid(), array['taken.v1'],
    array['{"account_id": "account-0-0-00","sheet": "edinburgh-sheet","sheet_version": "1987.1","answers": [0,1,2,3,0,1,2,3,0,1],"scores": {"total": 13.0,"first-half": 6.0,"second-half": 7.0},"complete": true,"place": "universal-antenatal-session","sent_ns": 1234567890123456,"occurred_at": "2026-06-01T12:00:00Z"}'],
    array[null]::bytea[], array['{"actor": "benchmark","command_id": "0199c0de-0000-7000-8000-000000000000","traceparent": null}'], array[now()]
);
