"""The small parts of a rebuild: who folds what, an event that is only read where somebody looks."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiokafka import ConsumerRecord

from services.kit.read_model import ReadModel
from services.kit.rebuild.copies import CannotRead
from services.kit.rebuild.fold import Fold
from services.kit.rebuild.late import Late
from services.kit.rebuild.standing import Standing
from services.kit.rebuild.topics import Told, Topics
from services.kit.record import Recorded
from services.kit.tenancy import TenantId

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
TENANT, OTHER = TenantId("U00001"), TenantId("U00002")


@dataclass(frozen=True)
class Opened:
    account: str


@dataclass(frozen=True)
class Closed:
    account: str


@dataclass(frozen=True, kw_only=True)
class Row:
    account: str
    seen: tuple[int, ...] = ()


def model(name: str, *kinds: type) -> ReadModel[Row, Any]:
    return ReadModel(
        name=name,
        version=1,
        table=name,
        key="account",
        row=Row,
        key_of=lambda recorded: recorded.event.account if isinstance(recorded.event, kinds) else None,
        evolve=lambda row, recorded: Row(
            account=recorded.event.account, seen=((*row.seen, recorded.version) if row else (recorded.version,))
        ),
    )


def recorded(event: Any, version: int) -> Recorded[Any]:
    return Recorded(
        event=event,
        tenant=TENANT,
        stream="account-1",
        version=version,
        position=version + 10,
        type="opened.v1",
        event_id=UUID(int=version),
        occurred_at=NOW,
        recorded_at=NOW,
        actor="test",
        command_id=UUID(int=7),
        causation_id=UUID(int=8),
        previous=3,
        traceparent="00-1-2-01",
    )


def late(event: Any, version: int, asked: list[str] | None = None) -> Late:
    whole = recorded(event, version)

    def make() -> Recorded[Any]:
        (asked if asked is not None else []).append("whole")
        return whole

    known = ("event", "tenant", "stream", "version", "position", "occurred_at", "recorded_at")
    return Late(**{name: getattr(whole, name) for name in known}, whole=make)


def test_a_late_event_answers_as_a_whole_one_does() -> None:
    one, whole = late(Opened("1"), 4), recorded(Opened("1"), 4)
    assert {field.name: getattr(one, field.name) for field in fields(Recorded)} == {
        field.name: getattr(whole, field.name) for field in fields(Recorded)
    }
    with pytest.raises(AttributeError, match="nothing"):
        _ = one.nothing


def test_what_most_look_at_needs_no_whole_one() -> None:
    asked: list[str] = []
    one = late(Opened("1"), 4, asked)
    assert (one.event, one.stream, one.version, one.recorded_at) == (Opened("1"), "account-1", 4, NOW)
    assert asked == []
    assert one.actor == "test"
    assert asked == ["whole"]


def test_each_read_model_gets_what_it_heeds_in_order() -> None:
    both, one = model("both", Opened, Closed), model("one", Closed)
    fold = Fold([both, one], [Opened, Closed])
    assert fold.kinds == {Opened, Closed}
    fold.take(TENANT, [late(Opened("a"), 1), late(Closed("a"), 2)])
    fold.take(OTHER, [late(Closed("a"), 1)])
    fold.take(TENANT, [late(Closed("a"), 3), late(Opened("a"), 4)])
    assert fold._rows["both"] == {
        TENANT: {"a": Row(account="a", seen=(1, 2, 3, 4))},
        OTHER: {"a": Row(account="a", seen=(1,))},
    }
    assert fold._rows["one"][TENANT] == {"a": Row(account="a", seen=(2, 3))}


@pytest.mark.parametrize("broken", [{}, {"ce_sequence": None}, {"ce_sequence": b"three"}])
def test_a_record_that_does_not_say_which_it_is_is_passed_over_only_where_it_is_parked(
    broken: dict[str, bytes | None],
) -> None:
    fields = dict.fromkeys(ConsumerRecord.__dataclass_fields__)
    headers = {"ce_tenant": b"U00001", "ce_subject": b"account-1", "ce_prevsequence": b"0", **broken}
    record = ConsumerRecord(**{**fields, "topic": "t", "partition": 2, "offset": 7, "headers": headers.items()})
    topics = Topics(Told(consumer="toy", kafka="", topics=["t"], parse=lambda *_: None, kinds={}))
    parked = Standing(taken={}, left_out=frozenset({"t/2/7"}))
    assert topics._fresh([record], parked, frozenset(), None) == {}
    with pytest.raises(CannotRead, match=r"^t/2/7$"):
        topics._fresh([record], Standing(taken={}, left_out=frozenset()), frozenset(), None)


def test_each_read_model_gets_no_more_than_it_is_due() -> None:
    both, one = model("both", Opened, Closed), model("one", Closed)
    fold = Fold([both, one], [Opened, Closed])
    until = {"both": 9, "one": 2}
    events = [late(Closed("a"), version) for version in (1, 2, 3)]
    fold.take(TENANT, events, lambda model, share: [event for event in share if event.version <= until[model.name]])
    assert fold._rows["both"][TENANT]["a"].seen == (1, 2, 3)
    assert fold._rows["one"][TENANT]["a"].seen == (1, 2)
