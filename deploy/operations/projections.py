"""The read models of an installation: which are live, and building them anew (services/kit/rebuild)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any

import asyncpg

import contracts
from deploy.local.errors import StackError
from deploy.local.services import SERVICES, main_of
from deploy.operations.installation import STORES, Installation
from deploy.operations.keys import open_keyring
from deploy.operations.publication import publication_of
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.rebuild import copies as tables
from services.kit.rebuild.copies import Compared, Place, RebuildRefused
from services.kit.rebuild.feed import Feed
from services.kit.rebuild.fold import Model
from services.kit.rebuild.log import Log
from services.kit.rebuild.run import Moved, Rebuild
from services.kit.rebuild.source import Source, Tell
from services.kit.rebuild.topics import Told, Topics
from services.kit.registry import SQL as REGISTRY
from services.kit.registry import live_versions
from services.kit.systemic import Systemic
from services.kit.tenancy import TenantId, use_json

CONSUMERS = tuple(spec.name for spec in SERVICES if spec.name not in STORES)
"""The services whose read models are made from Kafka."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`live` is the version that serves, `version` the one this release folds; `state` says what comes of it. `behind` counts
    events of the own log. `built` and `kept` say when a copy was made.
    """

    name: str
    version: int
    live: int | None
    state: str
    behind: int | None
    built: datetime | None
    kept: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One service's part of what is asked for."""

    service: str
    models: Sequence[Model]


def models_of(service: str) -> Sequence[Model]:
    """The read models the code of a service folds."""
    if service in CONSUMERS:
        return tuple(import_module(f"services.{service}.incoming").READ_MODELS)
    return tuple(main_of(service).PROJECTIONS)


def work_for(names: Iterable[str]) -> list[Work]:
    """The named read models by service; all of them when none is named. Raises LookupError for a name that is none."""
    everything = {model.name: (spec.name, model) for spec in SERVICES for model in models_of(spec.name)}
    wanted = list(names) or list(everything)
    if unknown := [name for name in wanted if name not in everything]:
        raise LookupError(unknown[0])
    chosen: dict[str, list[Model]] = {}
    for name in dict.fromkeys(wanted):
        service, model = everything[name]
        chosen.setdefault(service, []).append(model)
    return [Work(service=service, models=models) for service, models in chosen.items()]


async def status(installation: Installation) -> list[Status]:
    """Every read model of the installation."""
    found = []
    for work in work_for(()):
        connection = await asyncpg.connect(installation.owner(work.service))
        try:
            await use_json(connection)
            found += await _status(connection, work)
        finally:
            await connection.close()
    return found


async def rebuild(
    installation: Installation, work: Work, tell: Tell, *, tenant: TenantId | None = None, swap: bool = True
) -> list[Compared]:
    """Build one service's read models beside the live ones and, unless told otherwise, put them in their place.

    With `tenant`, that tenant's rows only. Raises StackError, and then the live ones are as they were.
    """
    async with _opened(installation, work, tell, tenant=tenant) as rebuilding:
        await rebuilding.build()
        if not swap:
            return []
        put = _in_place(rebuilding, tenant)
        try:
            return await put()
        except Moved:
            await rebuilding.build()
            return await put()


async def verify(
    installation: Installation, work: Work, tell: Tell, *, tenant: TenantId | None = None
) -> list[Compared]:
    """Build beside, compare, and leave everything as it was."""
    async with _opened(installation, work, tell, tenant=tenant) as rebuilding:
        await rebuilding.build()
        return await rebuilding.verify()


async def swap(installation: Installation, work: Work, tell: Tell) -> list[Compared]:
    """Put in place what was built and not swapped."""
    compared = []
    for each in _one_by_one(work):
        async with _opened(installation, each, tell) as rebuilding:
            await rebuilding.resume("shadow")
            compared += await rebuilding.swap()
    return compared


async def roll_back(installation: Installation, work: Work, tell: Tell) -> None:
    """Put back what was replaced last, brought to where the live one is."""
    for each in _one_by_one(work):
        async with _opened(installation, each, tell) as rebuilding:
            await rebuilding.resume("kept")
            await rebuilding.roll_back()


async def copied(installation: Installation, work: Work, place: Place) -> dict[str, datetime]:
    """{read model: when its copy in that place was made}"""
    connection = await asyncpg.connect(installation.owner(work.service))
    try:
        await use_json(connection)
        there = await tables.copies(connection)
    finally:
        await connection.close()
    return {model.name: there[place, model.name].made_at for model in work.models if (place, model.name) in there}


def _in_place(rebuilding: Rebuild, tenant: TenantId | None) -> Callable[[], Awaitable[list[Compared]]]:
    return rebuilding.swap if tenant is None else lambda: rebuilding.swap_tenant(tenant)


def _one_by_one(work: Work) -> Iterator[Work]:
    """Copies may have been made at different times: each is brought on from where it is."""
    return (Work(service=work.service, models=[model]) for model in work.models)


@asynccontextmanager
async def _opened(
    installation: Installation, work: Work, tell: Tell, *, tenant: TenantId | None = None
) -> AsyncIterator[Rebuild]:
    with _explained(work.service):
        async with tables.owner(installation.owner(work.service)) as connection, AsyncExitStack() as stack:
            source = await _source(installation, work.service, stack)
            yield Rebuild(connection=connection, source=source, models=work.models, tell=tell, tenant=tenant)


@contextmanager
def _explained(service: str) -> Iterator[None]:
    try:
        yield
    except (RebuildRefused, Systemic) as refused:
        raise StackError(f"{service}: {refused}") from refused
    except asyncpg.PostgresError as problem:
        raise StackError(f"{service}: the database says: {problem}") from problem


async def _source(installation: Installation, service: str, stack: AsyncExitStack) -> Source:
    if service in CONSUMERS:
        return Topics(told(service, installation.kafka), [_feed(installation, store) for store in STORES])
    return log_of(service, await stack.enter_async_context(open_keyring(installation, service, size=2)))


def log_of(service: str, keyring: Keyring) -> Log:
    """The log of a service as the source of its read models."""
    privacy = Privacy(keyring, subject_field=main_of(service).SUBJECT)
    return Log(publication_of(service).codec, privacy)


def told(service: str, kafka: str) -> Told:
    """What the service's consumer is told about."""
    incoming: Any = import_module(f"services.{service}.incoming")
    return Told(consumer=service, kafka=kafka, topics=incoming.TOPICS, parse=incoming.parse, kinds=contracts.REGISTRY)


def _feed(installation: Installation, store: str) -> Feed:
    publication = publication_of(store)
    return Feed(service=store, owner=installation.owner(store), published=publication.counted, publish=publication.of)


async def _status(connection: Any, work: Work) -> list[Status]:
    live, there = await live_versions(connection), await tables.copies(connection)
    # One that is made from the own log begins with its first event by itself; a consumer that has begun cannot.
    begun = work.service in CONSUMERS and not await connection.fetchval(REGISTRY["nothing_taken"])
    made = {place: copy.made_at for place, copy in there.items()}
    return [
        Status(
            name=model.name,
            version=model.version,
            live=live.get(model.name),
            state=_state(model, live.get(model.name), begun=begun),
            behind=await _behind(connection, model) if work.service in STORES else None,
            built=made.get(("shadow", model.name)),
            kept=made.get(("kept", model.name)),
        )
        for model in work.models
    ]


def _state(model: Model, live: int | None, *, begun: bool) -> str:
    if live is None:
        return "awaits rebuild" if begun else "not begun"
    if live == model.version:
        return "live"
    return "awaits rebuild" if live < model.version else "newer is live"


async def _behind(connection: Any, model: Model) -> int | None:
    position = await connection.fetchval(tables.SQL["position"], model.checkpoint)
    return None if position is None else await connection.fetchval(tables.SQL["head"]) - position
