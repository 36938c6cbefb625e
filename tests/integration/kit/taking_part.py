"""How a process that takes part in a rebuild of the toy comes by what it needs. It is told by name, so these are functions here."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.read_model import ReadModel
from services.kit.rebuild.log import Log
from services.kit.rebuild.source import Source
from services.kit.rebuild.topics import Told, Topics
from services.kit.record import Recorded
from services.kit.tenancy import TenantPool
from tests.integration.kit.accounts import ACCOUNTS, evolve
from tests.integration.kit.conftest import CODEC, Counted
from tests.integration.kit.toy import TOTALS, CountedFact, parse

Models = Sequence[ReadModel[Any, Any]]
Opening = Callable[..., AbstractAsyncContextManager[tuple[Source, Models]]]
FATAL, BUG = 13, 14
"""Amounts over which somebody stumbles."""


@asynccontextmanager
async def log_and(keyring: str, *models: ReadModel[Any, Any]) -> AsyncIterator[tuple[Source, Models]]:
    keys = Keyring(await TenantPool.open(keyring), bytes(range(32)))
    try:
        yield Log(CODEC, Privacy(keys, subject_field="account_id")), models
    finally:
        await keys.close()


@asynccontextmanager
async def accounts(keyring: str) -> AsyncIterator[tuple[Source, Models]]:
    async with log_and(keyring, ACCOUNTS) as opened:
        yield opened


@asynccontextmanager
async def stumbling_accounts(keyring: str) -> AsyncIterator[tuple[Source, Models]]:
    async with log_and(keyring, replace(ACCOUNTS, evolve=stumble)) as opened:
        yield opened


@asynccontextmanager
async def totals_of_log(keyring: str) -> AsyncIterator[tuple[Source, Models]]:
    async with log_and(keyring, TOTALS) as opened:
        yield opened


@asynccontextmanager
async def totals_of_topic(kafka: str, topic: str) -> AsyncIterator[tuple[Source, Models]]:
    yield Topics(told(kafka, topic)), [TOTALS]


@asynccontextmanager
async def unreadable_topic(kafka: str, topic: str) -> AsyncIterator[tuple[Source, Models]]:
    yield Topics(told(kafka, topic, parse=cannot)), [TOTALS]


def cannot(type_: str, data: bytes) -> Any:
    raise ValueError(data.decode())


def told(kafka: str, topic: str, **options: Any) -> Told:
    kinds = {"toy-counted-1": CountedFact}
    given = {"consumer": f"totals-{topic}", "kafka": kafka, "topics": [topic], "parse": parse, "kinds": kinds}
    return Told(**{**given, **options})


def stumble(row: Any, recorded: Recorded[Any]) -> Any:
    match recorded.event:
        case Counted(amount=amount) if amount == FATAL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Counted(amount=amount) if amount == BUG:
            raise ValueError("a bug")
    return evolve(row, recorded)


def helping(pid: int) -> list[int]:
    """The processes this one has started to take part in a rebuild, as long as they live."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for each in children for child in map(int, each.read_text("ascii").split()) if takes_part(child)]


def takes_part(pid: int) -> bool:
    """Not one that is dead and only not yet buried: it has no command line any more."""
    try:
        return b"services.kit.rebuild.member" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False
