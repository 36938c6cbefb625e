"""The domain of the benchmarks: one event of about 300 bytes of JSON, and a read model that adds it up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from services.kit.appender import Appender
from services.kit.cloud_events import Message
from services.kit.codec import Codec
from services.kit.event_store import EventStore
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, TenantPool

PUBLISHED = ("taken.v1",)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`sent_ns` is the monotonic clock of the machine when the command set out: every process reads the same clock."""

    account_id: str
    sheet: str
    sheet_version: str
    answers: list[int]
    scores: dict[str, float]
    complete: bool
    place: str
    sent_ns: int
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class TakenFact:
    account_id: str
    scores: dict[str, float]
    sent_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    account_id: str
    total: float
    events: int


CODEC: Codec[Taken] = Codec({"taken.v1": Taken}, subject_field="account_id")

SUMS_TABLE = """
create table sums (
    tenant text not null,
    account_id text not null,
    total double precision not null,
    events integer not null,
    primary key (tenant, account_id)
);
select kit_protect('sums');
"""


def taken(account: str, sent_ns: int) -> Taken:
    return Taken(
        account_id=account,
        sheet="edinburgh-sheet",
        sheet_version="1987.1",
        answers=[0, 1, 2, 3, 0, 1, 2, 3, 0, 1],
        scores={"total": 13.0, "first-half": 6.0, "second-half": 7.0},
        complete=True,
        place="universal-antenatal-session",
        sent_ns=sent_ns,
        occurred_at=NOW,
    )


def add(row: Sum | None, recorded: Recorded[Taken | TakenFact]) -> Sum:
    before = row or Sum(account_id=recorded.event.account_id, total=0.0, events=0)
    return replace(before, total=before.total + recorded.event.scores["total"], events=before.events + 1)


SUMS: ReadModel[Sum, Taken | TakenFact] = ReadModel(
    name="benchmark.sums",
    version=1,
    table="sums",
    key="account_id",
    row=Sum,
    key_of=lambda recorded: recorded.event.account_id,
    evolve=add,
)


def translate(topic: str) -> Callable[[Recorded[Taken]], Message]:
    def one(recorded: Recorded[Taken]) -> Message:
        event = recorded.event
        data = orjson.dumps(
            {
                "account_id": event.account_id,
                "sheet": event.sheet,
                "sheet_version": event.sheet_version,
                "scores": event.scores,
                "complete": event.complete,
                "place": event.place,
                "sent_ns": event.sent_ns,
                "taken_at": event.occurred_at,
            }
        )
        return Message(topic=topic, type="benchmark-taken-1", dataschema="urn:benchmark:taken:1", data=data)

    return one


def parse(_type: str, data: bytes) -> TakenFact:
    fields = orjson.loads(data)
    return TakenFact(fields["account_id"], fields["scores"], fields["sent_ns"])


@dataclass(frozen=True, slots=True)
class Log:
    """A store as a process of a service opens it."""

    pool: TenantPool
    store: EventStore[Taken]

    async def close(self) -> None:
        await self.store.close()
        await self.pool.close()


async def open_log(app: str) -> Log:
    """`app` is a DSN. Nothing of the toy is personal, so the keyring is never asked."""
    pool = await TenantPool.open(app)
    privacy = Privacy(Keyring(pool, bytes(32)), subject_field="account_id")
    return Log(pool, EventStore(pool, Appender(app), CODEC, privacy))


def tenant(number: int) -> TenantId:
    return TenantId(f"U{number % 8 + 1:05}")
