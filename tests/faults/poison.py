"""Events that cannot be handled, one of each kind, and the reader and the read model before and after they were mended.

An event of a store is poison by its amount: the relay then writes what a broken release of a service might have written.
"""

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson

from services.kit.cloud_events import Message
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.replay import Place as Parked
from services.kit.tenancy import TenantId, TenantPool
from tests.databases import Database
from tests.faults import oracle
from tests.integration.kit.toy import TOTALS, CountedFact, Total, add, parse
from tests.integration.kit.toy_log import Counted, Opened, Toy

MARKER = "Quillonia Testpatient, 943 476 5919"
"""What no parked row, log line or metric may show: it stands in every poisoned record."""

NOT_JSON, TYPE_UNKNOWN, SCHEMA_BROKEN, HANDLER_FAILS = 1001, 1002, 1003, 1004
KINDS = {
    NOT_JSON: "not-json",
    TYPE_UNKNOWN: "type-unknown",
    SCHEMA_BROKEN: "schema-broken",
    HANDLER_FAILS: "handler-failed",
}


class UnknownType(KeyError):
    """No class reads this type."""


class Mistake(Exception):
    """A bug of a handler, whose message says too much."""


def translate(topic: str) -> Callable[[Recorded[Toy]], Message | None]:
    """What the relay sends, poison as it is written by mistake."""

    def one(recorded: Recorded[Toy]) -> Message | None:
        match recorded.event:
            case Counted(account_id=account_id, amount=amount):
                type_, data = _written(account_id, amount)
                return Message(topic=topic, type=type_, dataschema="urn:toy:counted:1", data=data)
            case Opened():
                return None

    return one


def _written(account_id: str, amount: int) -> tuple[str, bytes]:
    fact = {"account_id": account_id, "amount": amount}
    match amount:
        case 1001:
            return "toy-counted-1", repr({**fact, "note": MARKER}).encode()
        case 1002:
            return "toy-counted-2", orjson.dumps({**fact, "note": MARKER})
        case 1003:
            return "toy-counted-1", orjson.dumps({"account_id": account_id, "sum": amount, "note": MARKER})
        case _:
            return "toy-counted-1", orjson.dumps(fact)


def parse_before(type_: str, data: bytes) -> CountedFact:
    if type_ != "toy-counted-1":
        raise UnknownType(f"{type_} {MARKER}")
    return parse(type_, data)


def parse_after(type_: str, data: bytes) -> CountedFact:
    """Mended: it reads what was written by mistake."""
    text = data.decode()
    told: dict[str, Any] = ast.literal_eval(text) if text.startswith("{'") else orjson.loads(text)
    return CountedFact(account_id=told["account_id"], amount=told["amount"] if "amount" in told else told["sum"])


def add_before(row: Total | None, recorded: Recorded[Any]) -> Total:
    if recorded.event.amount == HANDLER_FAILS:
        raise Mistake(MARKER)
    return add(row, recorded)


BROKEN: ReadModel[Total, Any] = replace(TOTALS, evolve=add_before)
"""The read model of a consumer, before its handler was mended."""


async def standing(pool: TenantPool) -> list[Parked]:
    """Every stream that stands still in this database."""
    async with pool.single() as tx:
        rows = await tx.fetch("select tenant, consumer, topic, stream from parked_overview()")
    return [Parked(tenant=TenantId(row["tenant"]), **{name: row[name] for name in _NAMES}) for row in rows]


_NAMES = ("consumer", "topic", "stream")


async def everything_parked(database: Database) -> str:
    """Every row of the tables of parking, as text."""
    async with oracle.administrator(database) as connection:
        rows = [
            row["line"]
            for table in ("parked_streams", "parked_events", "discarded_events")
            for row in await connection.fetch(f"select t::text as line from {table} t")
        ]
    return "\n".join(rows)
