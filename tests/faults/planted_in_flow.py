"""Invariants 5 and 6: the relay, the consumer, the projector."""

from tests.faults.fault import fault

RELAY = "services/kit/relay.py"
RELAY_SQL = "services/kit/sql/relay.sql"
CONSUMER = "services/kit/consumer.py"
CONSUMER_SQL = "services/kit/sql/consumer.sql"
GUARD = "services/kit/guard.py"
LAG = "services/kit/lag.py"
PROJECTOR = "services/kit/projector.py"
KILLED_RELAY = "test_relay.py::test_killed_between_acknowledgement_and_checkpoint"

IN_FLOW = (
    fault(
        5,
        "the checkpoint moves before anything is sent",
        "test_relay.py::test_killed_before_anything_was_sent",
        (RELAY, "            await self._send(events)\n", ""),
        (
            RELAY,
            "        return moved\n",
            "        if events:\n            await self._send(events)\n        return moved\n",
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
        "test_kafka_down.py::test_a_producer_that_would_not_stop_is_ended",
        (RELAY, "                await _abandon(producer)\n", ""),
    ),
    fault(
        5,
        "a log that was set back is not noticed",
        "test_restored.py::test_a_log_older_than_kafka_refuses_until_it_is_reconciled",
        (RELAY, "        await self.compare()\n", ""),
    ),
    fault(
        5,
        "a log that was set back is compared by its head alone",
        "test_restored.py::test_a_log_that_went_another_way_is_not_reconciled",
        (RELAY, "if ids.get(position) != event_id)", "if position not in ids)"),
    ),
    fault(
        5,
        "what came back from Kafka is not published into the next one",
        "test_restored.py::test_what_came_back_is_published_again_into_another_kafka",
        (RELAY, "            return as_it_was(recorded.event)\n", "            return None\n"),
        (RELAY, "import Message, as_it_was, headers", "import Message, headers"),
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
        (RELAY_SQL, "relay.lease_until not between clock_timestamp()", "true or now() not between clock_timestamp()"),
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
        (CONSUMER_SQL, " and c.next_offset = m.since and c.epoch = m.epoch", ""),
    ),
    fault(
        6,
        "the consumer's checkpoint has no epoch",
        "test_consumer.py::test_the_checkpoint_moves_from_where_a_batch_began_and_under_its_epoch_only",
        (CONSUMER_SQL, " and c.epoch = m.epoch", ""),
    ),
    fault(
        6,
        "Kafka is told before the rows are there",
        "test_consumer.py::test_killed_around_the_database_commit",
        (
            CONSUMER,
            "            outcome = await how(tx, ",
            (
                "            told = {claim.partition: claim.records[-1].offset + 1 for claim in claims}\n"
                "            await self._tell_kafka(consumer, told)\n"
                "            outcome = await how(tx, "
            ),
        ),
    ),
    fault(
        6,
        "an unexplained jump of the offsets is followed",
        "test_consumer.py::test_a_jump_that_the_checkpoint_does_not_explain",
        (CONSUMER, "    if records[0].offset > next_offset:\n", "    if False:\n"),
        (CONSUMER, "        for partition in taken.keys() & assigned:\n", "        for partition in ():\n"),
        (GUARD, "        if recorded.previous > known:\n", "        if False:\n"),
    ),
    fault(
        6,
        "a consumer begins where Kafka was told, not where its rows are",
        "test_restored.py::test_a_consumer_set_back_reads_on_from_where_its_rows_are",
        (CONSUMER, "        for partition in taken.keys() & assigned:\n", "        for partition in ():\n"),
    ),
    fault(
        6,
        "the projector's checkpoint moves in a transaction of its own, first",
        "test_consumer.py::test_killed_while_projecting",
        (
            PROJECTOR,
            "                return\n            outcome",
            "                return\n        async with self._pool.unscoped() as tx:\n            outcome",
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
        (LAG, "AIOKafkaConsumer(*topics, **kafka", "AIOKafkaConsumer(**kafka"),
    ),
    fault(
        6,
        "a consumer ends when there is no Kafka",
        "test_kafka_down.py",
        (
            CONSUMER,
            '                log.exception("consumer-restarted", consumer=self._name, error=type(error).__name__)\n',
            "                raise\n",
        ),
    ),
)
