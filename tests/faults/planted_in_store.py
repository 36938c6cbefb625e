"""Invariants 1 to 4: the log and the appender."""

from tests.faults.fault import fault

STORE = "services/kit/migrations/store/0001_event_store.sql"
APPEND = "services/kit/migrations/store/0002_append.sql"
APPENDER = "services/kit/appender.py"
RELAY = "services/kit/relay.py"
PROJECTOR = "services/kit/projector.py"
AT_ONCE = "test_commit_cut.py::test_the_same_command_from_everywhere_at_once"
CUT = "test_commit_cut.py::test_a_connection_cut_hundreds_of_times"
MIXES = "test_outcomes.py::test_random_mixes"
NO_LOCK = (APPEND, "perform pg_advisory_xact_lock(7003);", "perform 1;", 2)
GIVEN_BY_A_SEQUENCE = (
    (APPEND, "create function append_one(", "create sequence positions;\ncreate function append_one("),
    (APPEND, "select head + n.no, for_tenant", "select nextval('positions'), for_tenant"),
    (APPEND, "actual + added, head + added)", "actual + added, currval('positions'))"),
    (APPEND, "actual + added, head + added;", "actual + added, currval('positions');"),
)
LOSE_IN_SILENCE = (
    (
        APPEND,
        "(type, data, sealed, meta, occurred, no);",
        "(type, data, sealed, meta, occurred, no) on conflict do nothing;",
    ),
    (APPEND, "f.occurred from fresh f\n", "f.occurred from fresh f on conflict do nothing\n"),
)

IN_STORE = (
    fault(
        1,
        "the log has no trigger",
        "test_append_only.py::test_the_table_does_not_let_even_a_superuser",
        (STORE, "create trigger append_only before update or delete or truncate on events", "-- "),
    ),
    fault(
        1,
        "the application role may update and delete",
        "test_append_only.py::test_the_application_role_has_no_right_to",
        (
            STORE,
            "kit_grant(target::regclass, 'select')",
            "kit_grant(target::regclass, 'select, update, delete, truncate')",
        ),
    ),
    fault(
        1,
        "the application role may insert past the function",
        "test_append_only.py::test_the_application_role_finds_no_way_round",
        (STORE, "kit_grant(target::regclass, 'select')", "kit_grant(target::regclass, 'select, insert')"),
        (STORE, "for select using (tenant =", "using (tenant ="),
    ),
    fault(
        2,
        "writers take no lock",
        "test_order.py::test_a_reader_following_many_writers_sees_every_position_in_turn",
        NO_LOCK,
    ),
    fault(
        2,
        "positions come from a sequence, without a lock",
        "test_order.py::test_nobody_reads_past_a_writer_paused_before_commit",
        NO_LOCK,
        *GIVEN_BY_A_SEQUENCE,
    ),
    fault(
        2,
        "positions come from a sequence, under the lock",
        "test_order.py::test_a_writer_that_dies_before_commit_leaves_no_hole",
        *GIVEN_BY_A_SEQUENCE,
    ),
    fault(
        2,
        "the projector follows the log over a hole",
        "test_order.py::test_nobody_follows_the_log_over_a_hole",
        (PROJECTOR, "        _assert_contiguous([recorded.position for recorded in events], position)\n", ""),
    ),
    fault(
        2,
        "the relay follows the log over a hole",
        "test_order.py::test_nobody_follows_the_log_over_a_hole",
        (RELAY, "if events[0].position != lease.position + 1 or", "if False and"),
    ),
    fault(
        2,
        "a copy of a log takes appends before it was compared",
        "test_restored.py::test_nothing_is_appended_to_a_copy_before_it_was_compared",
        (
            "services/kit/migrations/store/0004_held.sql",
            "create trigger open_only before insert on events for each statement execute function refuse_while_held();",
            "",
        ),
    ),
    fault(
        3,
        "an append does not look for its command id",
        CUT,
        (APPEND, "c.id = command_id;", "false;"),
        (APPEND, "c.id = a.command_id limit 1", "false limit 1"),
    ),
    fault(
        3, "an append that is alone does not look for its command id", AT_ONCE, (APPEND, "c.id = command_id;", "false;")
    ),
    fault(
        3,
        "a retried batch gets new command ids",
        CUT,
        (APPENDER, "[request.command_id for request in requests]", "[uuid4() for request in requests]"),
        (APPENDER, "from uuid import UUID", "from uuid import UUID, uuid4"),
    ),
    fault(
        3,
        "a duplicate gets the newest version, not its first answer",
        CUT,
        (APPEND, "coalesce(j.known_version, w.version, j.actual)", "coalesce(w.version, j.actual)"),
    ),
    fault(
        3,
        "a cut connection is taken for a conflict",
        CUT,
        (
            APPENDER,
            "                await self._recover(error, pause)\n            pause",
            "                await self._bisect(batch, Conflict())\n                return\n            pause",
        ),
    ),
    fault(
        3,
        "acknowledged before it is on disk",
        "test_postgres_killed.py",
        (
            "deploy/local/postgres.py",
            '    "max_connections"',
            '    "synchronous_commit": "off",\n    "wal_writer_delay": "10s",\n    "max_connections"',
        ),
    ),
    fault(4, "an error of an append is swallowed", MIXES, (APPENDER, "batch[0].answer.set_exception(error)", "pass")),
    fault(
        4,
        "a conflict is answered as stored",
        MIXES,
        (APPEND, "'stored' else 'conflict' end", "'stored' else 'stored' end"),
    ),
    fault(4, "what collides is dropped without a word", MIXES, NO_LOCK, *LOSE_IN_SILENCE),
    fault(
        4,
        "a text that stops every read model is sealed",
        "test_outcomes.py::test_a_text_that_no_read_model_could_hold_is_refused_before_it_is_sealed",
        ("services/kit/privacy.py", "            raise TextRefused\n", "            pass\n"),
    ),
)
