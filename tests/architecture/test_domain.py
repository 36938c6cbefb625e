"""Deciding and evolving are pure, and a projection knows no time but that of its events."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, broken, called, imported, planted, require_none, sources, strings

# Modules that reach outside, draw lots or tell the time. `uuid` stays: uuid5 is a pure function.
IMPURE_MODULES = frozenset(
    [
        "aiokafka",
        "asyncio",
        "asyncpg",
        "fastapi",
        "faststream",
        "glob",
        "httpx2",
        "importlib",
        "io",
        "locale",
        "logging",
        "os",
        "pathlib",
        "random",
        "requests",
        "secrets",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "starlette",
        "structlog",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "warnings",
    ]
)
CLOCKS = frozenset(
    [
        "datetime.date.today",
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "time.gmtime",
        "time.localtime",
        "time.monotonic",
        "time.perf_counter",
        "time.strftime",
        "time.time",
        "time.time_ns",
    ]
)
LOTS = frozenset({"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"})
OUTSIDE = frozenset({"open", "print", "input", "exec", "eval", "compile", "breakpoint", "__import__"})
SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\bcurrent_(date|time|timestamp)\b"
    r"|\blocal(time|timestamp)\b",
    re.IGNORECASE,
)
FOLDS = ("services/*/projections/**/*.py", "services/portal/readmodels/**/*.py")


def test_the_domain_is_pure() -> None:
    require_none(broken(impure, sources("services/*/domain/**/*.py")))


def test_projections_read_no_clock() -> None:
    require_none(broken(tells_time, sources(*FOLDS)))


def test_there_is_a_domain_and_there_are_projections() -> None:
    assert sources("services/*/domain/**/*.py")
    assert sources(*FOLDS)


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndef decide(c, s, *, now): return [datetime.now()]",
        "import datetime as d\nd.datetime.now()",
        "from datetime import date as day\nday.today()",
        "from uuid import uuid4\nuuid4()",
        "import uuid\nuuid.uuid4()",
        "import random",
        "from os import environ",
        "import os.path",
        "from pathlib import Path",
        "open('x')",
        "print('x')",
        "async def decide(): ...",
        "COUNT = 0\ndef evolve(s, e):\n    global COUNT\n    COUNT += 1",
    ],
)
def test_an_impure_domain_is_seen(text: str) -> None:
    assert planted(impure, text)


def test_a_pure_domain_passes() -> None:
    text = "from uuid import NAMESPACE_URL, uuid5\ndef decide(c, s, *, now): return [now, uuid5(NAMESPACE_URL, 'a')]"
    assert planted(impure, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import UTC, datetime\ndatetime.now(UTC)",
        "import time\ntime.time()",
        "SQL = 'select * from waits where due_on < current_date'",
        "SQL = 'select * from waits where seen_at < now() '",
    ],
)
def test_a_clock_in_a_projection_is_seen(text: str) -> None:
    assert planted(tells_time, text)


def impure(source: Source) -> Iterator[str]:
    names = imported(source)
    for name, full in names.items():
        if full.partition(".")[0] in IMPURE_MODULES:
            yield f"{source.path}:1: imports {full} as {name}"
    yield from tells_time(source)
    for node in source.nodes:
        if isinstance(node, ast.Call) and called(node, names) in LOTS | OUTSIDE:
            yield source.at(node, f"calls {called(node, names)}")
        if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.Global | ast.Nonlocal):
            yield source.at(node, f"has {type(node).__name__}")


def tells_time(source: Source) -> Iterator[str]:
    names = imported(source)
    for node in source.nodes:
        if isinstance(node, ast.Call) and called(node, names) in CLOCKS:
            yield source.at(node, f"calls {called(node, names)}")
    for text in strings(source):
        if SQL_CLOCK.search(str(text.value)):
            yield source.at(text, "reads the database's clock")
