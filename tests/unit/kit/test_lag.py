"""A partition stands still when it has something to take and does not move while others do."""

import pytest
from aiokafka import TopicPartition

from services.kit.lag import PartitionStalled, Standing, require_held
from services.kit.records import RecordsLost

ONE, OTHER = TopicPartition("events", 0), TopicPartition("events", 1)


def test_it_is_seen_when_the_others_have_moved_since() -> None:
    standing = Standing(60.0)
    standing.look({ONE: 5, OTHER: 5}, {}, now=0.0)
    standing.look({ONE: 5, OTHER: 9}, {OTHER: 5}, now=30.0)
    with pytest.raises(PartitionStalled, match=r"events\[0\]"):
        standing.look({ONE: 5, OTHER: 9}, {OTHER: 9}, now=61.0)


def test_when_nothing_moves_at_all_it_is_for_the_watchdog_to_say() -> None:
    standing = Standing(60.0)
    for now in (0.0, 61.0, 600.0):
        standing.look({ONE: 5, OTHER: 5}, {}, now=now)


def test_one_that_moves_or_has_nothing_to_do_does_not_stand_still() -> None:
    standing = Standing(60.0)
    for step in range(1, 20):
        standing.look({ONE: 100, OTHER: 5}, {ONE: step, OTHER: 5}, now=step * 30.0)


def test_a_checkpoint_past_the_end_is_a_topic_made_anew() -> None:
    with pytest.raises(RecordsLost, match="made anew"):
        require_held({ONE: 0}, {ONE: 3}, {ONE: 5})


def test_a_checkpoint_before_the_beginning_has_lost_what_is_between() -> None:
    with pytest.raises(RecordsLost, match="was deleted"):
        require_held({ONE: 6}, {ONE: 9}, {ONE: 5})


def test_the_very_end_and_the_very_beginning_are_held() -> None:
    require_held({ONE: 5, OTHER: 0}, {ONE: 5, OTHER: 9}, {ONE: 5})
