"""Which kinds of event a read model can heed is found out without an event, and never too few."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

import contracts
from services.kit.read_model import ReadModel
from services.kit.rebuild.heeded import heeded
from services.portal.incoming import READ_MODELS

STORES = ("referral", "scheduling", "outcomes", "training")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    account_id: str
    kind: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    account_id: str | None


KINDS = (Opened, Closed)


def model(key_of: Any) -> ReadModel[Any, Any]:
    return ReadModel(name="toy", version=1, table="toy", key="id", row=Opened, key_of=key_of, evolve=lambda row, _: row)


def by_class(recorded: Any) -> str | None:
    match recorded.event:
        case Opened() as event:
            return event.account_id
        case _:
            return None


def by_pattern(recorded: Any) -> str | None:
    match recorded.event:
        case Opened(account_id=account_id):
            return account_id
        case _:
            return None


def by_value(recorded: Any) -> str | None:
    match recorded.event:
        case Opened(kind="special") as event:
            return event.account_id
        case _:
            return None


def by_what_is_filled(recorded: Any) -> str | None:
    return getattr(recorded.event, "account_id", None) if isinstance(recorded.event, Closed) else None


@pytest.mark.parametrize("key_of", [by_class, by_pattern, by_value])
def test_a_kind_that_may_have_a_row_is_heeded_and_another_is_not(key_of: Any) -> None:
    assert heeded(model(key_of), KINDS) == {Opened}


def test_a_field_that_may_be_empty_counts_as_looked_at() -> None:
    assert heeded(model(by_what_is_filled), KINDS) == {Closed}


def test_who_looks_at_every_event_heeds_every_kind() -> None:
    assert heeded(model(lambda recorded: recorded.event.account_id), KINDS) == set(KINDS)


@pytest.mark.parametrize("service", STORES)
def test_the_read_models_of_a_service_pass_over_what_is_not_theirs(service: str) -> None:
    main: Any = importlib.import_module(f"services.{service}.main")
    every_one_heeds_some_and_not_all(main.PROJECTIONS, set(main.STORED_NAMES.values()))


def test_the_read_models_of_the_portal_pass_over_what_is_not_theirs() -> None:
    every_one_heeds_some_and_not_all(READ_MODELS, set(contracts.REGISTRY.values()))


def every_one_heeds_some_and_not_all(models: Sequence[ReadModel[Any, Any]], kinds: set[type]) -> None:
    found = {each.name: len(heeded(each, kinds)) for each in models}
    assert {name: count for name, count in found.items() if not 0 < count < len(kinds)} == {}
