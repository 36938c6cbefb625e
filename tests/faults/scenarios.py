"""The twenty-five failures that event stores, relays and projections are known for, and the tests that bring each about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """`tests` are what pytest is told: a file, or a test of it."""

    name: str
    what: str
    must_hold: str
    tests: tuple[str, ...]


_ORDER = "tests/faults/test_order.py"
_CUT = "tests/faults/test_commit_cut.py"
_RELAY = "tests/faults/test_relay.py"
_CONSUMER = "tests/faults/test_consumer.py"
_RESTORED = "tests/faults/test_restored.py"
_REBUILD = "tests/faults/test_rebuild_killed.py"
_PARTITIONS = "tests/faults/test_partitions.py"

SCENARIOS = (
    Scenario(
        "F1",
        "a lower position commits after a higher one was read",
        "nobody reads past a writer that is paused before commit",
        (f"{_ORDER}::test_nobody_reads_past_a_writer_paused_before_commit",),
    ),
    Scenario(
        "F2",
        "an append that dies leaves a hole",
        "there is no hole, and the feed does not wait for one",
        (
            f"{_ORDER}::test_a_writer_that_dies_before_commit_leaves_no_hole",
            f"{_ORDER}::test_nobody_follows_the_log_over_a_hole",
        ),
    ),
    Scenario(
        "F3",
        "the order within a stream inverts",
        "positions have the order of versions in every stream",
        (f"{_ORDER}::test_a_reader_following_many_writers_sees_every_position_in_turn",),
    ),
    Scenario(
        "F4",
        "a checkpoint with a filter on visibility skips an event",
        "what was appended is delivered, all of it",
        (
            f"{_ORDER}::test_a_reader_following_many_writers_sees_every_position_in_turn",
            f"{_ORDER}::test_a_writer_paused_for_too_long_makes_the_others_busy_and_harms_nothing",
        ),
    ),
    Scenario(
        "F5",
        "a long transaction elsewhere, a backup for one, freezes the feed",
        "the feed goes on",
        (f"{_ORDER}::test_long_transactions_elsewhere_do_not_stall_the_feed",),
    ),
    Scenario(
        "F6",
        "a dump is restored into another server",
        "positions go on where they were, and so do those who follow",
        (_RESTORED,),
    ),
    Scenario(
        "F7",
        "an append says that it stored and did not",
        "each request ends as stored, as a duplicate or in a conflict",
        ("tests/faults/test_outcomes.py",),
    ),
    Scenario(
        "F8",
        "the same command comes twice",
        "the same answer, one effect",
        (f"{_CUT}::test_the_same_command_from_everywhere_at_once",),
    ),
    Scenario(
        "F9",
        "the connection is lost during commit, the backend ended, the caller gone",
        "asking again with the same id says what became of it; no broken connection is used again",
        (
            f"{_CUT}::test_a_connection_cut_hundreds_of_times",
            f"{_CUT}::test_backends_terminated_in_the_middle",
            f"{_CUT}::test_callers_who_lose_patience_and_come_back",
            "tests/faults/test_postgres_killed.py",
        ),
    ),
    Scenario(
        "F10",
        "the relay dies between the broker's word and its checkpoint",
        "duplicates only; nothing lost, the order per stream kept",
        (
            f"{_RELAY}::test_killed_between_acknowledgement_and_checkpoint",
            f"{_RELAY}::test_killed_before_anything_was_sent",
        ),
    ),
    Scenario(
        "F11",
        "two relays at once",
        "the older epoch moves nothing; what it sends again is dropped",
        (
            f"{_RELAY}::test_one_publishes_at_a_time",
            f"{_RELAY}::test_an_older_epoch_is_shut_out_even_where_the_checkpoint_has_not_moved",
            f"{_RELAY}::test_a_relay_that_slept_past_its_lease_cannot_move_the_checkpoint",
        ),
    ),
    Scenario(
        "F12",
        "Kafka is down",
        "appends go on, nothing is dropped, all of it arrives afterwards in order",
        ("tests/faults/test_kafka_down.py",),
    ),
    Scenario(
        "F13",
        "the idempotent producer goes fatal",
        "it is made anew and goes on from the checkpoint, by itself",
        ("tests/faults/test_producer_fatal.py",),
    ),
    Scenario(
        "F14",
        "hints are lost, or come in storms",
        "what is new is found all the same",
        ("tests/faults/test_notify.py",),
    ),
    Scenario(
        "F15",
        "the group shares out anew in the middle of a batch; a zombie commits later",
        "compare-and-set shuts it out; sums are exact",
        (
            f"{_CONSUMER}::test_batches_that_outlive_a_rebalance",
            f"{_CONSUMER}::test_zombies",
            f"{_CONSUMER}::test_the_checkpoint_moves_from_where_a_batch_began_and_under_its_epoch_only",
        ),
    ),
    Scenario(
        "F16",
        "a consumer is stuck and looks alive",
        "the watchdog sees that it makes no progress",
        (f"{_CONSUMER}::test_a_consumer_that_is_stuck_looks_stuck", "tests/unit/kit/test_watchdog.py"),
    ),
    Scenario(
        "F17",
        "one partition stands still while others move",
        "it is seen, and the consumer joins anew",
        (f"{_PARTITIONS}::test_one_that_stands_still_while_the_others_move",),
    ),
    Scenario(
        "F18",
        "a commit covers records that were not processed",
        "nothing is skipped: Kafka is never told more than the rows hold",
        (
            f"{_PARTITIONS}::test_one_that_fails_while_the_others_succeed",
            f"{_CONSUMER}::test_killed_around_the_database_commit",
            "tests/architecture/test_kafka.py",
        ),
    ),
    Scenario(
        "F19",
        "poison: not JSON, an unknown type, against the schema, a bug in the handler",
        "that stream is parked in order; others go on; replay after the mend gives the rows of a run that never failed",
        ("tests/faults/test_poison.py",),
    ),
    Scenario(
        "F20",
        "an event is applied twice: a replay meets the live one, a retry follows half a success",
        "rows equal a cold rebuild",
        (
            f"{_CONSUMER}::test_killed_while_projecting",
            f"{_CONSUMER}::test_killed_around_the_database_commit",
            _REBUILD,
        ),
    ),
    Scenario(
        "F21",
        "a rebuild under load, killed in the middle",
        "the live model serves until the swap; the rebuild can be begun again; no effect is fired",
        (_REBUILD,),
    ),
    Scenario(
        "F22",
        "a row of one tenant is seen by another",
        "no foreign row anywhere; no tenant set is nothing",
        ("tests/faults/test_tenants.py",),
    ),
    Scenario(
        "F23",
        "a database is restored to an older point than Kafka, or than a consumer",
        "the relay refuses and says the difference; the consumer goes back by itself",
        (_RESTORED, f"{_CONSUMER}::test_a_jump_that_the_checkpoint_does_not_explain"),
    ),
    Scenario(
        "F24",
        "partitions are added, a topic is made anew, Kafka no longer has what is wanted",
        "a named failure, never a silent jump",
        ("tests/faults/test_topics_changed.py",),
    ),
    Scenario(
        "F25",
        "an old event, a new field, an unknown type, a broken contract",
        "every stored event of every age folds; a breaking change does not pass the tests",
        (
            "tests/unit/referral/test_stored_events.py",
            "tests/unit/scheduling/test_stored_events.py",
            "tests/unit/training/test_stored_events.py",
            "tests/unit/outcomes/test_stored_events.py",
            "tests/contract/test_compatibility.py",
        ),
    ),
)
