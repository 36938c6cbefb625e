"""A read model with a column of every kind, for the tests of the rebuild; and ways to fill and see it."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from services.kit.event_store import EventStore
from services.kit.privacy import Privacy
from services.kit.projector import Projector
from services.kit.read_model import ReadModel
from services.kit.rebuild.copies import owner
from services.kit.rebuild.log import Log
from services.kit.rebuild.run import Rebuild
from services.kit.rebuild.source import Tell
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.faults import oracle
from tests.integration.kit.toy_log import CODEC, STORE, Counted, Opened, Parts, Toy, open_parts

TENANTS = tuple(TenantId(f"U{number:05}") for number in range(1, 4))
NOW = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    account_id: str
    owner: str | None
    amount: int
    mean: float
    tags: tuple[str, ...]
    marks: dict[str, datetime]
    opened_on: date | None
    changed_at: datetime
    empty: bool
    note: dict[str, Any] | None


ACCOUNTS_TABLE = """
create table accounts (
    tenant text not null,
    account_id text not null,
    owner text,
    amount integer not null check (amount > -1000000),
    mean double precision not null,
    tags text[] not null,
    marks jsonb not null,
    opened_on date,
    changed_at timestamptz not null,
    empty boolean not null,
    note jsonb,
    primary key (tenant, account_id)
);
select kit_protect('accounts');
create index accounts_by_owner on accounts (tenant, owner) where owner is not null;
create index on accounts (tenant, changed_at desc);
"""


def key_of(recorded: Recorded[Toy]) -> str | None:
    match recorded.event:
        case Opened(account_id=account_id):
            return account_id
        case Counted(account_id=account_id, amount=amount) if amount != 0:
            return account_id
        case _:
            return None


def _empty(recorded: Recorded[Toy]) -> Account:
    return Account(
        account_id=recorded.event.account_id,
        owner=None,
        amount=0,
        mean=0.0,
        tags=(),
        marks={},
        opened_on=None,
        changed_at=recorded.recorded_at,
        empty=True,
        note=None,
    )


def evolve(row: Account | None, recorded: Recorded[Toy]) -> Account | None:
    before = row or _empty(recorded)
    match recorded.event:
        case Opened(owner=name):
            return replace(before, owner=name, opened_on=recorded.event.occurred_at.date())
        case Counted(amount=999):
            return None
        case Counted(amount=amount):
            marks = {**before.marks, f"v{recorded.version}": recorded.event.occurred_at}
            total = before.amount + amount
            return replace(
                before,
                amount=total,
                mean=total / len(marks),
                tags=(*before.tags[-3:], f"{amount}"),
                marks=marks,
                changed_at=recorded.recorded_at,
                empty=total == 0,
                note={"last": amount, "by": recorded.actor},
            )


ACCOUNTS: ReadModel[Account, Toy] = ReadModel(
    name="toy.accounts", version=1, table="accounts", key="account_id", row=Account, key_of=key_of, evolve=evolve
)


def log_of(parts: Parts) -> Log:
    return Log(CODEC, Privacy(parts.keyring, subject_field="account_id"))


def projector_of(parts: Parts, model: ReadModel[Any, Any] = ACCOUNTS) -> Projector[Any, Any]:
    return Projector(parts.pool, parts.store, model, Wakeup(parts.database.app), Progress("projector"))


async def project(parts: Parts, model: ReadModel[Any, Any] = ACCOUNTS) -> None:
    """Until the read model has the whole log."""
    projector = projector_of(parts, model)
    while await projector.step():
        pass


@contextlib.asynccontextmanager
async def account_parts(new_database: MakeDatabase, keyring: Database, folder: Path) -> AsyncIterator[Parts]:
    """A log and a keyring with the table of accounts; its migration is written into `folder`."""
    (folder / "0001_accounts.sql").write_text(ACCOUNTS_TABLE)
    parts = await open_parts(await new_database([*STORE, ("toy", folder)]), keyring)
    yield parts
    await parts.close()


async def fill(store: EventStore[Toy], streams: int, rounds: int, *, tenants: Sequence[TenantId] = TENANTS) -> None:
    """Accounts of several tenants, opened and counted; the same names at each tenant."""
    for number in range(streams):
        for tenant in tenants:
            stream = f"account-{number}"
            opened = Opened(account_id=stream, owner=f"Owner {tenant} {number}", occurred_at=NOW)
            counted = [Counted(account_id=stream, amount=n - 3, occurred_at=NOW) for n in range(rounds)]
            await append(store, tenant, stream, opened, *counted)


async def append(store: EventStore[Toy], tenant: TenantId, stream: str, *events: Toy) -> None:
    await store.append(tenant, stream, expected=None, events=events, command_id=uuid4(), actor="test", occurred_at=NOW)


@contextlib.asynccontextmanager
async def rebuilding(
    database: Database,
    source: Any,
    *models: ReadModel[Any, Any],
    tenant: TenantId | None = None,
    tell: Tell = lambda done, total: None,
) -> AsyncIterator[Rebuild]:
    async with owner(database.owner) as connection:
        yield Rebuild(connection=connection, source=source, models=models or (ACCOUNTS,), tell=tell, tenant=tenant)


async def rows_of(database: Database, table: str = "public.accounts") -> list[str]:
    """Every tenant's rows as text, byte for byte."""
    async with administrator(database) as connection:
        return [row["a_row"] for row in await connection.fetch(f"select r::text as a_row from {table} r order by 1")]


async def left_over(database: Database) -> list[str]:
    """What there is of copies: tables, and what is noted of them."""
    async with administrator(database) as connection:
        tables = await connection.fetch(
            "select schemaname || '.' || tablename as t from pg_tables where schemaname in ('shadow', 'kept')"
        )
        noted = await connection.fetch("select place || ' ' || name as t from read_model_copies")
    return sorted(row["t"] for row in (*tables, *noted))


@contextlib.asynccontextmanager
async def administrator(database: Database) -> AsyncIterator[Any]:
    """A superuser's connection that shows times in UTC."""
    async with oracle.administrator(database) as connection:
        await connection.execute("set timezone = 'UTC'")
        yield connection
