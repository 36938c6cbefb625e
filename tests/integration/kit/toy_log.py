"""A toy domain with a log, to test the plumbing without any service."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.kit.appender import Appender
from services.kit.codec import Codec
from services.kit.event_store import EventStore
from services.kit.keyring import Keyring
from services.kit.migrate import MIGRATIONS
from services.kit.personal import Personal
from services.kit.privacy import Privacy
from services.kit.tenancy import TenantPool
from tests.databases import Database

STORE = [("base", MIGRATIONS / "base"), ("store", MIGRATIONS / "store")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    account_id: str
    owner: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    account_id: str
    amount: int
    occurred_at: datetime


Toy: TypeAlias = Opened | Counted

CODEC: Codec[Toy] = Codec({"opened.v1": Opened, "counted.v1": Counted}, subject_field="account_id")


@dataclass(frozen=True, slots=True)
class Parts:
    database: Database
    pool: TenantPool
    appender: Appender
    keyring: Keyring
    store: EventStore[Toy]

    async def close(self) -> None:
        await self.appender.close()
        await self.pool.close()
        await self.keyring.close()


async def open_parts(database: Database, keyring: Database, **options: float) -> Parts:
    """A store as a process would open it."""
    pool = await TenantPool.open(database.app)
    appender = Appender(database.app, **options)  # type: ignore[arg-type]
    keys = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    return Parts(
        database, pool, appender, keys, EventStore(pool, appender, CODEC, Privacy(keys, subject_field="account_id"))
    )
