"""The toy domain's public side: a fact on a topic, and a read model that adds up."""

from dataclasses import dataclass, replace

import orjson

from services.kit.cloud_events import Message
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from tests.integration.kit.toy_log import Counted, Opened, Toy


@dataclass(frozen=True, slots=True)
class CountedFact:
    account_id: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    account_id: str
    amount: int
    events: int
    amounts: list[int]


TOTALS_TABLE = """
create table totals (
    tenant text not null,
    account_id text not null,
    amount integer not null,
    events integer not null,
    amounts jsonb not null,
    primary key (tenant, account_id)
);
select kit_protect('totals');
"""


def add(row: Total | None, recorded: Recorded[CountedFact]) -> Total:
    before = row or Total(account_id=recorded.event.account_id, amount=0, events=0, amounts=[])
    amount = recorded.event.amount
    return replace(before, amount=before.amount + amount, events=before.events + 1, amounts=[*before.amounts, amount])


TOTALS: ReadModel[Total, CountedFact] = ReadModel(
    name="toy.totals",
    version=1,
    table="totals",
    key="account_id",
    row=Total,
    key_of=lambda recorded: recorded.event.account_id if recorded.event else None,
    evolve=add,
)


def translate(topic: str):
    def one(recorded: Recorded[Toy]) -> Message | None:
        match recorded.event:
            case Counted() as event:
                data = orjson.dumps({"account_id": event.account_id, "amount": event.amount})
                return Message(topic=topic, type="toy-counted-1", dataschema="urn:toy:counted:1", data=data)
            case Opened():
                return None

    return one


def parse(type_: str, data: bytes) -> CountedFact:
    return CountedFact(**orjson.loads(data))
