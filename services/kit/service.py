"""Put a service together and run it in one of its roles.

http       answers requests                      relay      publishes the log
project    follows the log into read models      consume    takes others' events
all        every role in one process
"""

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI

from services.kit import logs
from services.kit.appender import Appender
from services.kit.auth import Verifier
from services.kit.cloud_events import Message
from services.kit.codec import Codec
from services.kit.consumer import Consumer
from services.kit.event_store import EventStore
from services.kit.http import create_app, operations
from services.kit.intake import Parse, Work
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.projector import Projector
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.relay import Relay
from services.kit.replay import Replay
from services.kit.settings import ServiceSettings, StoreSettings, read_settings
from services.kit.tenancy import TenantPool
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Watchdog

E = TypeVar("E")
S = TypeVar("S", bound=ServiceSettings)

log = structlog.get_logger(__name__)

ROLES = ("http", "relay", "project", "consume")

Worker = Callable[[], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service ready to run: its web application, what each role keeps doing, and what to close at the end."""

    name: str
    app: FastAPI
    workers: Mapping[str, Sequence[Worker]]
    closers: Sequence[Worker]
    readiness: Callable[[], Awaitable[Mapping[str, str]]]
    replays: Mapping[str, Replay]
    """For each consumer and read model of its own log, by permanent name: what tries again what is parked."""

    async def close(self) -> None:
        for closer in self.closers:
            await closer()


@dataclass(kw_only=True)
class Plumbing:
    """What every process of a service has: its database, its watchdog, the check of tokens."""

    name: str
    settings: ServiceSettings
    pool: TenantPool
    verifier: Verifier
    watchdog: Watchdog
    workers: dict[str, list[Worker]] = field(default_factory=lambda: {role: [] for role in ROLES})
    closers: list[Worker] = field(default_factory=list)
    conditions: list[Callable[[], Mapping[str, str]]] = field(default_factory=list)
    """What else the health of a process tells: {part: "ok", or what is wrong}."""
    replays: dict[str, Replay] = field(default_factory=dict)

    @classmethod
    async def open(cls, name: str, settings: ServiceSettings) -> "Plumbing":
        pool = await TenantPool.open(settings.database)
        verifier = Verifier(settings.issuer, settings.audience, address=settings.issuer_address)
        return cls(
            name=name, settings=settings, pool=pool, verifier=verifier, watchdog=Watchdog(), closers=[pool.close]
        )

    def consume(self, topics: Sequence[str], parse: Parse, work: Work) -> None:
        """Take these topics. The service's name is the consumer's too, and permanent."""
        consumer = Consumer(
            self.pool,
            name=self.name,
            kafka=self.settings.kafka,
            topics=topics,
            parse=parse,
            work=work,
            progress=self.watchdog.watch("consumer"),
        )
        self.workers["consume"].append(consumer.run)
        self.replays[self.name] = consumer.replay()

    def service(self, routers: Sequence[APIRouter], **options: Any) -> Service:
        app = create_app(title=self.name, routers=routers, verifier=self.verifier, readiness=self.readiness, **options)
        workers = {role: [*own, self.watchdog.run] if own else [] for role, own in self.workers.items()}
        return Service(
            name=self.name,
            app=app,
            workers=workers,
            closers=self.closers,
            readiness=self.readiness,
            replays=self.replays,
        )

    async def readiness(self) -> Mapping[str, str]:
        try:
            async with asyncio.timeout(2), self.pool.unscoped() as tx:
                await tx.fetchval("select 1")
        except Exception as error:  # noqa: BLE001 - whatever it is, the database does not answer
            log.warning("not-ready", part="database", error=type(error).__name__)
            return {"database": "unreachable"}
        stuck = self.watchdog.stuck()
        more = {part: state for condition in self.conditions for part, state in condition().items()}
        return {"database": "ok", "workers": f"stuck: {', '.join(stuck)}" if stuck else "ok", **more}


@dataclass(kw_only=True)
class StorePlumbing(Generic[E]):
    """What a service with events of its own has besides."""

    base: Plumbing
    store: EventStore[E]
    wakeup: Wakeup

    @classmethod
    async def open(
        cls, name: str, settings: StoreSettings, codec: Codec[E], *, subject_field: str
    ) -> "StorePlumbing[E]":
        base = await Plumbing.open(name, settings)
        keyring = Keyring(await TenantPool.open(settings.keyring, size=4), *settings.keyring_master_key)
        appender = Appender(settings.database)
        store = EventStore(base.pool, appender, codec, Privacy(keyring, subject_field=subject_field))
        wakeup = Wakeup(settings.database)
        base.closers[:0] = [store.close, keyring.close]
        base.workers["relay"].append(wakeup.run)
        base.workers["project"].append(wakeup.run)
        return cls(base=base, store=store, wakeup=wakeup)

    def project(self, models: Sequence[ReadModel[Any, E]]) -> None:
        """Follow the own log into these read models, each at its own pace."""
        for model in models:
            progress = self.base.watchdog.watch(model.name)
            projector = Projector(self.base.pool, self.store, model, self.wakeup, progress)
            self.base.workers["project"].append(projector.run)
            self.base.replays[projector.checkpoint] = projector.replay()

    def publish(
        self, translate: Callable[[Recorded[E]], Message | None], published: Sequence[str], topics: Sequence[str]
    ) -> None:
        """Send what `translate` maps to Kafka; `published` are the stored names it maps, `topics` where they go."""
        relay = Relay(
            self.base.pool,
            self.store,
            service=self.base.name,
            kafka=self.base.settings.kafka,
            translate=translate,
            published=published,
            topics=topics,
            wakeup=self.wakeup,
            progress=self.base.watchdog.watch("relay"),
        )
        self.base.workers["relay"].append(relay.run)
        self.base.conditions.append(lambda: {"relay": relay.refuses} if relay.refuses else {})


def main(name: str, settings: type[S], build: Callable[[S], Awaitable[Service]]) -> None:
    """`python -m services.<name>.main ROLE`."""
    role = sys.argv[1] if len(sys.argv) == 2 else ""
    if role in (*ROLES, "all"):
        logs.set_up(name)
        uvloop.run(_run(build, read_settings(settings), ROLES if role == "all" else (role,)))
    else:
        sys.exit(f"use: python -m services.{name}.main http | relay | project | consume | all")


def spare_the_collector() -> None:
    """Call once everything is built: what is there stays, so it need not be searched for garbage again.

    A batch is thousands of rows that live for a moment and form no cycles; at Python's own threshold of 700 the collector took a
    fifth of a relay's time, and its full runs made pauses.
    """
    gc.freeze()
    gc.set_threshold(20_000)


async def _run(build: Callable[[S], Awaitable[Service]], settings: S, roles: Sequence[str]) -> None:
    service = await build(settings)
    spare_the_collector()
    app = service.app if "http" in roles else _health_only(service)
    server = uvicorn.Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.port, log_config=None, access_log=False, server_header=False
        )
    )
    wanted = list(dict.fromkeys(worker for role in roles for worker in service.workers[role]))
    tasks = [asyncio.ensure_future(worker()) for worker in wanted]
    for task in tasks:
        task.add_done_callback(lambda ended: _end_with(ended, server))
    try:
        await server.serve()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await service.close()
    if any(not task.cancelled() and task.exception() for task in tasks):
        sys.exit(1)


def _end_with(task: "asyncio.Future[None]", server: uvicorn.Server) -> None:
    if not task.cancelled():
        log.critical("worker-ended", error=type(task.exception()).__name__, exc_info=task.exception())
        server.should_exit = True


def _health_only(service: Service) -> FastAPI:
    app = FastAPI(title=service.name, docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(operations(service.readiness))
    return app
