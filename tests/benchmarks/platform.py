"""The running platform with a few networks and people in it, and ways in and out of it for a benchmark."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.cli.client import Client, Refused
from deploy.cli.pcn import bring_on
from deploy.cli.pcn_file import read_pcn_file
from deploy.local.home import Home
from deploy.local.stack import Stack
from deploy.operations.postgres_tools import admin_of
from services.kit.appender import Appender
from services.kit.codec import Codec
from services.kit.event_store import EventStore
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.settings import keys_of
from services.kit.tenancy import TenantId, TenantPool
from services.kit.testing import eventually
from services.outcomes.domain.events import STORED_NAMES, MeasureRecorded, RecordEvent, upcast
from services.outcomes.main import SUBJECT

PCNS = [TenantId(f"U1200{number}") for number in range(1, 9)]
FORM = {"instrument": "epds", "items": [0, 1, 2, 3, 0, 1, 2, 3, 0, 0], "orientation": "oriented"}
_PCN_FILE = Path(__file__).parents[2] / "deploy" / "demo" / "pcn-U12001.yaml"
_PEOPLE = 48
_ABOUT = {
    "nhs_number_missing_reason": "nhs-number-not-known",
    "ethnic_category": "Z",
    "preferred_language": "en",
    "interpreter_required": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """`store` is the outcomes service's log, `look` a connection to the portal's database that sees every network."""

    store: EventStore[RecordEvent]
    look: "asyncpg.Connection[asyncpg.Record]"
    people: Sequence[tuple[TenantId, str]]
    template: MeasureRecorded
    addresses: dict[str, str]
    token: str

    async def close(self) -> None:
        await self.store.close()
        await self.look.close()


async def set_up(stack: Stack) -> Platform:
    """Eight networks, people in each, and a first measure whose event can be copied."""
    await asyncio.to_thread(_bring_on, stack.home)
    with Client(stack.home, "importer") as client:
        people = await asyncio.to_thread(_register, client)
        stream = await _first_measure(client, *people[0])
        store = await _open_outcomes(stack)
        template = (await store.load(people[0][0], stream))[-1].event
        assert isinstance(template, MeasureRecorded)
        return Platform(
            store=store,
            look=await asyncpg.connect(admin_of(stack.wiring.postgres_admin, "portal")),
            people=people,
            template=template,
            addresses=dict(stack.wiring.addresses()),
            token=client._access_token(),
        )


def _bring_on(home: Home) -> None:
    network = read_pcn_file(_PCN_FILE)
    with Client(home, "operator") as client:
        for pcn in PCNS:
            bring_on(home, client, network.model_copy(update={"pcn_ods_code": str(pcn)}))


def _register(client: Client) -> list[tuple[TenantId, str]]:
    people = []
    for number in range(_PEOPLE):
        pcn = PCNS[number % len(PCNS)]
        body = {**_ABOUT, "external_reference": f"benchmark-{number}"}
        people.append((pcn, client.command("referral", "POST", f"/v1/pcns/{pcn}/people", body, uuid4())["id"]))
    return people


async def _first_measure(client: Client, pcn: TenantId, person: str) -> str:
    """The stream it went to. The outcomes service hears of a person through Kafka, a moment after the referral service."""
    body = {**FORM, "person_id": person, "completed_on": "2026-01-05"}
    streams: list[str] = []

    async def taken() -> bool:
        try:
            answer = await asyncio.to_thread(
                client.command, "outcomes", "POST", f"/v1/pcns/{pcn}/measures", body, uuid4()
            )
        except Refused as refusal:
            if refusal.slug != "person-unknown":
                raise
            return False
        streams.append(answer["stream"])
        return True

    await eventually(taken, what="a first measure")
    return streams[0]


async def _open_outcomes(stack: Stack) -> EventStore[RecordEvent]:
    env = stack.env_for("outcomes")
    masters = keys_of(env["PERINATAL_KEYRING_MASTER_KEY"])
    keyring = Keyring(await TenantPool.open(env["PERINATAL_KEYRING"]), *masters)
    codec: Codec[RecordEvent] = Codec(STORED_NAMES, subject_field=SUBJECT, upcast=upcast)
    dsn = env["PERINATAL_DATABASE"]
    return EventStore(await TenantPool.open(dsn), Appender(dsn), codec, Privacy(keyring, subject_field=SUBJECT))
