"""Faults to plant: a small change to the product each, and the test that must fail for it. Run by `tests.faults.broken`.

What does not show by itself is planted together: a checkpoint is held by a row lock, a compare-and-set and a version guard, and any
one of them is enough; the compare-and-set has a test of its own.
"""

from dataclasses import dataclass

STORE = "services/kit/migrations/store/0001_event_store.sql"
APPEND = "services/kit/migrations/store/0002_append.sql"
TENANCY = "services/kit/migrations/base/0001_tenancy.sql"
APPENDER = "services/kit/appender.py"
RELAY = "services/kit/relay.py"
RELAY_SQL = "services/kit/sql/relay.sql"
CONSUMER = "services/kit/consumer.py"
CONSUMER_SQL = "services/kit/sql/consumer.sql"
GUARD = "services/kit/guard.py"
PROJECTOR = "services/kit/projector.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Every one of `times` occurrences of a text becomes another."""

    file: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is broken, of which invariant of design.md 3, and which test of tests/faults must see it."""

    invariant: int
    broken: str
    edits: tuple[Edit, ...]
    test: str


def fault(invariant: int, broken: str, test: str, *edits: tuple[str, str, str] | tuple[str, str, str, int]) -> Fault:
    made = tuple(Edit(file=file, old=old, new=new, times=times[0] if times else 1) for file, old, new, *times in edits)
    return Fault(invariant=invariant, broken=broken, test=test, edits=made)


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
AT_ONCE = "test_commit_cut.py::test_the_same_command_from_everywhere_at_once"
CUT = "test_commit_cut.py::test_a_connection_cut_hundreds_of_times"
MIXES = "test_outcomes.py::test_random_mixes"
KILLED_RELAY = "test_relay.py::test_killed_between_acknowledgement_and_checkpoint"
QUESTIONS = "test_tenants.py::test_random_questions_of_random_tenants"
PERSONAL = "test_personal_data.py"

PLANTED = (
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
        (PROJECTOR, "        _assert_contiguous(events, position)\n", ""),
    ),
    fault(
        2,
        "the relay follows the log over a hole",
        "test_order.py::test_nobody_follows_the_log_over_a_hole",
        (RELAY, "if events[0].position != lease.position + 1 or", "if False and"),
    ),
    fault(3, "one append does not look for its command id", AT_ONCE, (APPEND, "c.id = command_id;", "false;")),
    fault(
        3,
        "a batch does not look for its command ids",
        CUT,
        (APPEND, "c.id = a.command_id limit 1", "false limit 1"),
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
            "                [w.answer.set_exception(Conflict()) for w in batch if not w.answer.done()]\n                await self._recover(error, pause)\n            pause",
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
    fault(
        5,
        "the checkpoint moves before anything is sent",
        "test_relay.py::test_killed_before_anything_was_sent",
        (RELAY, "            await self._send(events)\n", ""),
        (
            RELAY,
            "        metrics.RELAY_LAG.set(",
            "        if events:\n            await self._send(events)\n        metrics.RELAY_LAG.set(",
        ),
    ),
    fault(5, "the relay does not wait for Kafka's word", KILLED_RELAY, (RELAY, "await asyncio.gather(*sent)", "pass")),
    fault(
        5,
        "an error in sending is swallowed",
        "test_kafka_down.py",
        (
            RELAY,
            "        async with asyncio.timeout(self._send_seconds):\n",
            "        with contextlib.suppress(Exception):\n",
        ),
        (
            RELAY,
            "            await asyncio.gather(*sent)\n",
            "            await asyncio.wait_for(asyncio.gather(*sent), self._send_seconds)\n",
        ),
        (RELAY, "        metrics.RELAY_PUBLISHED.inc(len(sent))\n", ""),
        (RELAY, "import asyncio\n", "import asyncio\nimport contextlib\n"),
    ),
    fault(
        5,
        "the relay ends when Kafka fails",
        "test_kafka_down.py",
        (RELAY, "                metrics.RELAY_RETRIES.inc()\n", "                raise\n"),
    ),
    fault(
        5,
        "a producer that would not stop is left at it",
        "test_kafka_down.py",
        (RELAY, "                await _abandon(producer)\n", ""),
    ),
    fault(
        5,
        "the checkpoint of the relay has no fence",
        "test_relay.py::test_an_older_epoch_is_shut_out_even_where_the_checkpoint_has_not_moved",
        (
            RELAY_SQL,
            "where lane = 'main' and holder = $1 and epoch = $2 and position = $3",
            "where $1 <> '' and $2 > 0 and position = $3",
        ),
    ),
    fault(
        5,
        "the lease binds nobody",
        "test_relay.py::test_one_publishes_at_a_time",
        (RELAY_SQL, "where relay.holder = excluded.holder or relay.lease_until < clock_timestamp()", ""),
    ),
    fault(
        6,
        "no version guard",
        KILLED_RELAY,
        (GUARD, "        if recorded.version <= known:\n", "        if False:\n"),
    ),
    fault(
        6,
        "the consumer's checkpoint moves without compare-and-set",
        "test_consumer.py::test_the_checkpoint_moves_from_where_a_batch_began_and_under_its_epoch_only",
        (CONSUMER_SQL, "partition = $3 and next_offset = $4 and epoch = $5", "partition = $3 and $4 >= 0 and $5 >= 0"),
    ),
    fault(
        6,
        "the consumer's checkpoint has no epoch",
        "test_consumer.py::test_the_checkpoint_moves_from_where_a_batch_began_and_under_its_epoch_only",
        (CONSUMER_SQL, "and next_offset = $4 and epoch = $5", "and next_offset = $4 and $5 >= 0"),
    ),
    fault(
        6,
        "Kafka is told before the rows are there",
        "test_consumer.py::test_killed_around_the_database_commit",
        (
            CONSUMER,
            "            fresh = [recorded for claim",
            "            await self._tell_kafka(consumer, {c.partition: c.records[-1].offset + 1 for c in claims})\n            fresh = [recorded for claim",
        ),
    ),
    fault(
        6,
        "an unexplained jump of the offsets is followed",
        "test_consumer.py::test_a_jump_that_the_checkpoint_does_not_explain",
        (CONSUMER, "        if records[0].offset > next_offset:\n", "        if False:\n"),
        (GUARD, "        if recorded.previous > known:\n", "        if False:\n"),
    ),
    fault(
        6,
        "the projector's checkpoint moves in a transaction of its own, first",
        "test_consumer.py::test_killed_while_projecting",
        (
            PROJECTOR,
            "                return\n            for tenant",
            "                return\n        async with self._pool.unscoped() as tx:\n            for tenant",
        ),
    ),
    fault(
        6,
        "a batch that lost its partition is tried for ever",
        "test_consumer.py::test_batches_that_outlive_a_rebalance",
        (
            CONSUMER,
            "    if partition in consumer.assignment():\n        consumer.seek(partition, offset)\n",
            "    consumer.seek(partition, offset)\n",
        ),
        (
            CONSUMER,
            "except (KafkaError, TimeoutError) as error:\n            log.warning(",
            "except ZeroDivisionError as error:\n            log.warning(",
        ),
    ),
    fault(
        6,
        "a frozen consumer holds its locks for ever",
        "test_consumer.py::test_zombies",
        ("services/kit/tenancy.py", '{"idle_in_transaction_session_timeout": str(int(idle_seconds * 1000))}', "{}"),
    ),
    fault(
        6,
        "a stuck consumer looks idle",
        "test_consumer.py::test_a_consumer_that_is_stuck_looks_stuck",
        (CONSUMER, "AIOKafkaConsumer(*self._topics, bootstrap_servers", "AIOKafkaConsumer(bootstrap_servers"),
    ),
    fault(
        6,
        "a consumer ends when there is no Kafka",
        "test_kafka_down.py",
        (
            CONSUMER,
            '                log.exception("consumer-restarted", consumer=self._name)\n',
            "                raise\n",
        ),
    ),
    fault(
        8,
        "row-level security is not forced",
        "test_tenants.py::test_every_table_that_ships_is_protected",
        (TENANCY, "    execute format('alter table %s force row level security', target);\n", ""),
    ),
    fault(
        8,
        "read models have no row-level security",
        QUESTIONS,
        (TENANCY, "    execute format('alter table %s enable row level security', target);\n", ""),
    ),
    fault(
        8,
        "no tenant is every tenant",
        QUESTIONS,
        (
            TENANCY,
            "using (tenant = nullif(current_setting(''app.tenant'', true), ''''))",
            "using (tenant = coalesce(nullif(current_setting(''app.tenant'', true), ''''), tenant))",
        ),
    ),
    fault(
        8,
        "the log is open to every tenant",
        QUESTIONS,
        (
            STORE,
            "for select using (tenant = nullif(current_setting(''app.tenant'', true), ''''))",
            "for select using (true)",
        ),
    ),
    fault(
        8,
        "a tenant may write into another's rows",
        "test_tenants.py::test_nobody_writes_into_another_tenant",
        (TENANCY, "'with check (tenant = nullif(current_setting(''app.tenant'', true), ''''))'", "'with check (true)'"),
    ),
    fault(
        8,
        "opened keys are remembered without their tenant",
        "test_tenants.py::test_a_stream_of_the_same_name_is_each_tenants_own",
        ("services/kit/keyring.py", "self._opened.get((tenant, subject)", 'self._opened.get(("", subject)'),
        ("services/kit/keyring.py", "self._opened[tenant, subject]", 'self._opened["", subject]'),
    ),
    fault(
        8,
        "a command id is looked for in every tenant",
        MIXES,
        (APPEND, "where c.tenant = a.tenant and c.id = a.command_id", "where c.id = a.command_id"),
    ),
    fault(
        9,
        "personal fields are not sealed",
        PERSONAL,
        ("services/kit/codec.py", 'if PERSONAL in getattr(hint, "__metadata__", ())', "if False"),
    ),
    fault(
        9,
        "events are logged as they are appended",
        PERSONAL,
        (
            "services/kit/event_store.py",
            "        answer = await self._appender.append(request)\n",
            "        print(events, flush=True)\n        answer = await self._appender.append(request)\n",
        ),
    ),
    fault(
        9,
        "the relay opens what is sealed and sends it along",
        PERSONAL,
        (RELAY, "read_sealed_after(lease.position, _BATCH, self._published)", "read_after(lease.position, _BATCH)"),
        (
            "services/kit/cloud_events.py",
            '        ("content-type", ',
            '        ("ce_event", repr(recorded.event).encode()),\n        ("content-type", ',
        ),
    ),
    fault(
        9,
        "a problem says what was sent",
        PERSONAL,
        ("services/kit/http.py", '"problem": e["msg"]}', "\"problem\": f\"{e['msg']}: {e['input']}\"}"),
    ),
    fault(
        9,
        "an unknown field is named as it was sent",
        PERSONAL,
        ("services/kit/http.py", " or _FIELD.fullmatch(part) else", " or part else"),
    ),
    fault(
        12,
        "a decision reads the clock",
        "test_purity.py::test_deciding_and_evolving",
        (
            "services/referral/domain/person.py",
            "        occurred_at=now,\n",
            "        occurred_at=datetime.now(now.tzinfo),\n",
        ),
    ),
    fault(
        12,
        "a read model reads the clock",
        "test_purity.py::test_folding",
        ("services/referral/projections/triage_list.py", "triaged_at=when)", "triaged_at=datetime.now(when.tzinfo))"),
    ),
    fault(
        12,
        "a fold changes the rows it is given",
        "test_purity.py::test_folding",
        ("services/kit/read_model.py", "        after = dict(rows)\n", "        after = rows\n"),
    ),
)
