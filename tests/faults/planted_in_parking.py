"""Invariant 7: what cannot be handled parks its stream, alone and in order, and is the same afterwards."""

from tests.faults.fault import fault

CONSUMER = "services/kit/consumer.py"
DELIVERY = "services/kit/delivery.py"
GUARD_SQL = "services/kit/sql/guard.sql"
PARKING = "services/kit/parking.py"
PARKING_SQL = "services/kit/sql/parking.sql"
PROJECTOR = "services/kit/projector.py"
REPLAY = "services/kit/replay.py"
SYSTEMIC = "services/kit/systemic.py"

EVERY_KIND = "test_poison.py::test_poison_of_every_kind_for_every_tenant"
SHOWS = "test_poison.py::test_it_shows_and_says_nothing_about_anybody"
KIT = "../integration/kit/test_parking.py"
OWN_LOG = "../integration/kit/test_parking_own_log.py"
COMMANDS = "../integration/kit/test_parking_commands.py"

IN_PARKING = (
    fault(
        7,
        "a batch with poison is tried for ever as a whole",
        EVERY_KIND,
        (
            CONSUMER,
            "            if is_systemic(error) and not isinstance(error, StreamGap):\n",
            "            if error:\n",
        ),
    ),
    fault(
        7,
        "the client library reads the values before we do",
        EVERY_KIND,
        (DELIVERY, '    "parser": _as_it_came,\n    "decoder": _undecoded,\n', ""),
    ),
    fault(
        7,
        "the failing event is parked without what follows it",
        EVERY_KIND,
        (PARKING, "mine[came.done :])", "mine[came.done : came.done + 1])"),
    ),
    fault(
        7,
        "a stream that fails leaves half of its rows behind",
        EVERY_KIND,
        (PARKING, "async with tx.transaction():", "if tx:", 2),
    ),
    fault(
        7,
        "a parked stream is moved on all the same",
        "test_poison.py::test_a_restart_remembers_what_stands_still",
        (GUARD_SQL, "where $6 or not exists (", "where $6 or true or not exists ("),
        (PARKING, '        found |= {(tenant, topic, row["stream"]) for row in rows}\n', ""),
    ),
    fault(
        7,
        "a replay does not try in order",
        EVERY_KIND,
        (PARKING_SQL, "order by sequence, partition, record_offset limit", "order by sequence desc limit"),
    ),
    fault(
        7,
        "a replay that fails again lets go of what is left",
        f"{KIT}::test_a_replay_that_fails_again_keeps_what_went_in_and_says_why",
        (REPLAY, "pointers[: came.done]", "pointers"),
    ),
    fault(
        7,
        "a replay takes out what it tries before it has tried it",
        "test_poison.py::test_a_replay_that_is_killed_leaves_it_where_it_was",
        (
            REPLAY,
            "            await _hold(tx, place)\n            if",
            (
                "            await _take_out(tx, place, pointers)\n"
                "        async with self._pool.scope(place.tenant) as tx:\n            if False and"
            ),
        ),
    ),
    fault(
        7,
        "replays hold neither the consumer nor each other",
        f"{OWN_LOG}::test_replays_beside_each_other_and_beside_the_projector_apply_each_event_once",
        (REPLAY, "            await _hold(tx, place)\n            if", "            if"),
    ),
    fault(
        7,
        "when everything fails the world is parked",
        f"{KIT}::test_when_every_stream_fails_it_pauses_and_parks_nothing",
        (PARKING, "_IN_A_ROW = 10\n", "_IN_A_ROW = 10_000\n"),
    ),
    fault(
        7,
        "a pause never looks for more",
        f"{KIT}::test_a_pause_ends_when_anything_works",
        (
            CONSUMER,
            "                lost = True\n                await self._pause()\n",
            "                await self._pause()\n",
        ),
    ),
    fault(
        7,
        "a database that is down parks what it was asked",
        f"{KIT}::test_the_systems_own_trouble_parks_nothing",
        (
            SYSTEMIC,
            "    match error:\n",
            "    if not isinstance(error, Systemic):\n        return False\n    match error:\n",
        ),
    ),
    fault(
        7,
        "one who is busy is not heard because another is refused",
        f"{COMMANDS}::test_a_batch_in_which_somebody_is_busy_waits_even_if_another_is_refused",
        (SYSTEMIC, "return error.kind is Kind.BUSY or isinstance(error, Conflict)", "return False"),
    ),
    fault(
        7,
        "the words of an error are kept",
        SHOWS,
        (
            PARKING,
            'Failure(reason="handler-failed", error_type=type(error).__name__)',
            'Failure(reason="handler-failed", error_type=str(error))',
        ),
    ),
    fault(7, "nobody is told", SHOWS, (PARKING, "    metrics.PARKED_STREAMS.labels(consumer).set(streams)\n", "")),
    fault(
        7,
        "a read model of the own log goes on behind a parked event",
        f"{OWN_LOG}::test_the_stream_stands_still_and_the_log_goes_on",
        (PROJECTOR, "        if has_parked:\n", "        if False:\n"),
    ),
    fault(
        7,
        "the version guard is not told what was done without",
        f"{KIT}::test_doing_without_lets_the_stream_go_on_after_it",
        (REPLAY, "        if gone and place.topic != OWN_LOG and place.tenant != UNKNOWN:\n", "        if False:\n"),
    ),
)
