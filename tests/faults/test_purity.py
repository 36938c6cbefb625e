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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
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


@cache
def stories(decide: Callable[..., None] = ExampleLog.decide) -> dict[str, list[Recorded[Any]]]:
    """What each service published of the story, as it stored it; and for the portal as the world sees it."""
    told: dict[str, list[Recorded[Any]]] = {name: [] for name in [*OWN, "portal"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExampleLog, "decide", decide)
        for service, recorded, message in contract_examples._sent():
            told[service].append(recorded)
            public = replace(recorded, event=contracts.parse(message.type, message.data), type=message.type)
            told["portal"].append(public)
    return told


def test_deciding_and_evolving() -> None:
    decided = []

    def decide(log: ExampleLog, stream: str, decider: Any, command: object, *, at: datetime) -> None:
        decided.append(stream)
        state = decider.initial()
        for earlier in log.of(stream):
            state = twice(decider.evolve, state, earlier.event)
        for event in twice(decider.decide, command, state, now=at):
            name = next(name for name, cls in log.names.items() if cls is type(event))
            log.add(stream, name, event, occurred_at=event.occurred_at, at=at)

    told = stories(decide)
    assert all(told[name] for name in OWN), "a service without a story"
    assert len(decided) >= len(OWN)


@pytest.mark.parametrize("service", [*OWN, "portal"])
def test_folding(service: str) -> None:
    rows = {model.name: fold(model, stories()[service]) for model in read_models(service)}
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
