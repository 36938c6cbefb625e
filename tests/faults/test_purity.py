"""Invariant 12: deciding, evolving and folding are pure. The same twice gives the same, and what went in is as it was.

The architecture tests read the code; this runs it, on the story that the contract examples tell, with the clock, chance and I/O
taken away where Python lets them be.
"""

import builtins
import contextlib
import copy
import importlib
import os
import random
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

import contracts
from deploy.cli import contract_examples
from deploy.cli.example_log import ExampleLog
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from tests.architecture.source import SERVICES

OWN = [name for name in SERVICES if name not in {"kit", "portal"}]


class NotPure(AssertionError):
    """A domain or a projection reached for something outside."""


@contextlib.contextmanager
def nothing_but_the_arguments() -> Iterator[None]:
    """No clock of `time`, no chance, no file, no network."""

    def forbidden(*_: Any, **__: Any) -> None:
        raise NotPure

    outside = [
        *((time, name) for name in ("time", "monotonic", "perf_counter", "sleep")),
        *((random, name) for name in ("random", "randrange", "choice", "getrandbits")),
        *((os, name) for name in ("urandom", "getenv", "stat")),
        (socket, "socket"),
        (builtins, "open"),
    ]
    with pytest.MonkeyPatch.context() as patch:
        for place, name in outside:
            patch.setattr(place, name, forbidden)
        yield


def twice(function: Any, *arguments: Any, **named: Any) -> Any:
    """The result, after it came out the same a second time and left its arguments alone."""
    before = copy.deepcopy((arguments, named))
    with nothing_but_the_arguments():
        first = function(*arguments, **named)
        second = function(*arguments, **named)
    assert first == second, f"{function.__module__}.{function.__qualname__} gave something else the second time"
    assert (arguments, named) == before, f"{function.__module__}.{function.__qualname__} changed what it was given"
    return first


@pytest.fixture(scope="module")
def decided() -> list[str]:
    """The streams of every decision that was made twice."""
    return []


@pytest.fixture(scope="module")
def stories(decided: list[str]) -> dict[str, list[Recorded[Any]]]:
    """Each service's log of the story, told by deciding and evolving everything twice; and what it published."""

    def decide(log: ExampleLog, stream: str, decider: Any, command: object, *, at: datetime) -> None:
        decided.append(stream)
        state = decider.initial()
        for earlier in log.of(stream):
            state = twice(decider.evolve, state, earlier.event)
        for event in twice(decider.decide, command, state, now=at):
            name = next(name for name, cls in log.names.items() if cls is type(event))
            log.add(stream, name, event, occurred_at=event.occurred_at, at=at)

    told: dict[str, list[Recorded[Any]]] = {name: [] for name in [*OWN, "portal"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExampleLog, "decide", decide)
        for service, recorded, message in contract_examples._sent():
            told[service].append(recorded)
            told["portal"].append(_public(recorded, message))
    return told


def _public(recorded: Recorded[Any], message: Any) -> Recorded[Any]:
    return replace(recorded, event=contracts.parse(message.type, message.data), type=message.type)


def test_deciding_and_evolving(stories: dict[str, list[Recorded[Any]]], decided: list[str]) -> None:
    assert all(stories[name] for name in OWN), "a service without a story"
    assert len(decided) >= len(OWN)


@pytest.mark.parametrize("service", [*OWN, "portal"])
def test_folding(stories: dict[str, list[Recorded[Any]]], service: str) -> None:
    rows = {model.name: fold(model, stories[service]) for model in read_models(service)}
    assert rows
    assert any(rows.values()), "no read model heeds the story"


def read_models(service: str) -> Sequence[ReadModel[Any, Any]]:
    if service == "portal":
        return tuple(importlib.import_module("services.portal.incoming").READ_MODELS)
    return tuple(importlib.import_module(f"services.{service}.main").PROJECTIONS)


def fold(model: ReadModel[Any, Any], events: Sequence[Recorded[Any]]) -> dict[str, Any]:
    rows: dict[str, Any] = {}
    for recorded in events:
        rows = twice(model.fold, rows, [recorded])
    return {key: row for key, row in rows.items() if row is not None}
