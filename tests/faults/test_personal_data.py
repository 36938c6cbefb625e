"""Invariant 9: what a person tells us leaves the referral service nowhere: not on Kafka, not in a log, a metric or an error, and it
is in the log of events in no readable form. Also not while everything around it breaks."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.ports import choose
from deploy.local.stack import Stack
from services.kit.testing import NOW, eventually
from services.referral.migrate import MIGRATIONS
from tests.databases import Database, make_database
from tests.faults import oracle
from tests.faults.chain import PATIENCE
from tests.faults.child import ROOT
from tests.faults.outage import kill, start_again
from tests.support import AUDIENCE, MASTER_KEY, Issuer

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]

PCN = "U00777"
TOPIC = "perinatal.referral.events"
TOLD = {
    "full_name": "Quillonia Markersdottir",
    "nhs_number": "9434765919",
    "birth_date": "1983-02-17",
    "postcode": "ZZ99 7QX",
    "telephone": "01632 960778",
    "email": "quillonia@marker.example",
    "external_reference": "MARK-REF-7781",
}
WITHOUT_NUMBER = {name: value for name, value in TOLD.items() if name != "nhs_number"} | {
    "nhs_number_missing_reason": "nhs-number-not-known"
}
NOTE = "Quillonia wrote this marker note."
MARKERS = [*TOLD.values(), NOTE]
CODED = {"ethnic_category": "K", "preferred_language": "bn", "interpreter_required": True}
NETWORK = {
    "pcn_ods_code": PCN,
    "name": "Markerfield",
    "practices": [{"ods_code": "X00001", "name": "The Grove Surgery"}],
    "care_strands": ["universal", "parent_infant"],
    "waiting_threshold_days": 28,
}
REFERRAL = {"source_of_referral": "A4", "primary_reason": "13", "received_at": NOW.isoformat()}
AT_HOME = {"identities"}
"""The read model that says who a person id stands for: the one place, in the service that owns it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """The referral service as it runs: one process, all its roles."""

    database: Database
    client: httpx2.AsyncClient
    issuer: Issuer
    log: Path

    async def ask(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        role: str = "coordinator",
        pcns: Iterable[str] = (PCN,),
        key: str = "",
    ) -> httpx2.Response:
        token = self.issuer.token(f"a {role}", [role], pcns)
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or str(uuid4())}
        return await self.client.request(method, f"/v1/pcns{path}", json=body, headers=headers)

    async def answered(self, method: str, path: str, body: Any, **options: Any) -> Mapping[str, Any]:
        """The answer, however often it has to be asked while things are down."""
        key, answers = str(uuid4()), []

        async def try_once() -> bool:
            with contextlib.suppress(httpx2.TransportError):
                response = await self.ask(method, path, body, key=key, **options)
                assert response.is_success or response.status_code >= 500, response.text
                answers.extend([response.json()] if response.is_success else [])
            return bool(answers)

        await eventually(try_once, within=PATIENCE, what=f"an answer from {path}")
        return answers[0]


@contextlib.asynccontextmanager
async def running(settings: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """`python -m services.referral.main all`, its output in a file, until the end of the block."""
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.referral.main", "all"),
            cwd=ROOT,
            env={**os.environ, **{f"PERINATAL_{name}": value for name, value in settings.items()}},
            stdout=file,
            stderr=file,
        )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def process(own_stack: Stack, own_keyring: Database, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Process]:
    database = await make_database(own_stack.wiring.databases, MIGRATIONS, name="referral")
    port, log = choose(["http"], {})["http"], tmp_path / "referral.log"
    settings = {
        "DATABASE": database.app,
        "KEYRING": own_keyring.app,
        "KEYRING_MASTER_KEY": MASTER_KEY,
        "KAFKA": own_stack.wiring.kafka_address,
        "ISSUER": issuer.url,
        "AUDIENCE": AUDIENCE,
        "PORT": str(port),
    }
    client = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20)
    async with running(settings, log), client:
        process = Process(database=database, client=client, issuer=issuer, log=log)
        await eventually(lambda: healthy(process), within=PATIENCE, what="the service being healthy")
        yield process


async def healthy(process: Process) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return bool((await process.client.get("/healthz")).is_success)
    return False


async def test_what_a_person_tells_us_stays_where_it_belongs(process: Process, own_stack: Stack) -> None:
    await process.answered("PUT", f"/{PCN}", NETWORK, role="operator", pcns=["*"])
    people = [await register_and_refer(process, TOLD)]
    refusals = await provoke(process)
    assert len(refusals) >= 6
    under_load = asyncio.gather(*(register_and_refer(process, WITHOUT_NUMBER) for _ in range(4)))
    await kill(own_stack, "postgres")
    refusals += await provoke(process)
    await start_again(own_stack, "postgres")
    people += await under_load
    await eventually(lambda: published(own_stack, people), within=PATIENCE, what="all referrals being on Kafka")
    await eventually(lambda: identified(process, people), within=PATIENCE, what="everybody being known by name")
    assert_clean("errors", *refusals)
    assert_clean("metrics", (await process.client.get("/metrics")).text)
    for log in (process.log, own_stack.home.log_of("postgres"), own_stack.home.log_of("kafka")):
        assert_clean(f"the log of {log.stem}", await asyncio.to_thread(log.read_text))
    assert_clean("Kafka", *await everything_on_kafka(own_stack))
    await assert_clean_database(process.database)


async def register_and_refer(process: Process, told: Mapping[str, str]) -> str:
    """The id of one more person who told us everything, and was referred with a note."""
    person = await process.answered("POST", f"/{PCN}/people", {**told, **CODED})
    referral = {"person_id": person["id"], "note": NOTE, **REFERRAL}
    await process.answered("POST", f"/{PCN}/referrals", referral, role="referrer")
    return str(person["id"])


async def provoke(process: Process) -> list[str]:
    """What is answered when personal data comes where it does not belong or cannot be taken."""
    wrong = [
        ("POST", f"/{PCN}/people", {**TOLD, **CODED, "birth_date": TOLD["full_name"]}),
        ("POST", f"/{PCN}/people", {**TOLD, **CODED, "nhs_number": TOLD["telephone"]}),
        ("POST", f"/{PCN}/people", {**TOLD, **CODED, TOLD["full_name"]: NOTE}),
        ("POST", f"/{PCN}/people", {**TOLD, **CODED, "ethnic_category": TOLD["full_name"]}),
        ("POST", f"/{PCN}/referrals", {**REFERRAL, "person_id": TOLD["full_name"], "note": NOTE}),
        ("POST", f"/{PCN}/people/search", {"nhs_number": TOLD["full_name"]}),
        ("POST", f"/{PCN}/people", [NOTE]),
        ("POST", f"/{PCN}/people", {**TOLD, **CODED, "full_name": TOLD["full_name"] + "\x00"}),
    ]
    told = []
    for method, path, body in wrong:
        with contextlib.suppress(httpx2.TransportError):
            response = await process.ask(method, path, body)
            told += [] if response.is_success else [f"{response.text} {response.headers}"]
    return told


async def everything_on_kafka(stack: Stack) -> list[str]:
    """Every byte of every record of every topic."""
    client = AIOKafkaConsumer(bootstrap_servers=stack.wiring.kafka_address)
    await client.start()
    topics = sorted(topic for topic in await client.topics() if not topic.startswith("__"))
    await client.stop()
    assert TOPIC in topics
    records = [record for topic in topics for record in await oracle.read_topic(stack.wiring.kafka_address, topic)]
    return [f"{record.key!r} {record.value!r} {record.headers!r}" for record in records]


async def published(stack: Stack, people: Sequence[str]) -> bool:
    records = await oracle.read_topic(stack.wiring.kafka_address, TOPIC)
    received = [record.value.decode() for record in records if b"referral_id" in record.value]
    return all(any(person in value for value in received) for person in people)


async def identified(process: Process, people: Sequence[str]) -> bool:
    """The read model knows them: so what is looked for was really there to be leaked."""
    async with oracle.administrator(process.database) as connection:
        known = await connection.fetchval(
            "select count(*) from identities where full_name = $1 and person_id = any($2)", TOLD["full_name"], people
        )
    return bool(known == len(people))


async def assert_clean_database(database: Database) -> None:
    async with oracle.administrator(database) as connection:
        tables = await connection.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        names = {table["relname"] for table in tables}
        assert names > {"events", "commands", *AT_HOME}
        for name in sorted(names - AT_HOME):
            rows = await connection.fetch(f"select t::text as line from {name} t")
            assert_clean(f"table {name}", *(row["line"] for row in rows))
        sealed = await connection.fetch("select encode(sealed, 'escape') as line from events where sealed is not null")
    assert len(sealed) >= 2
    assert_clean("the sealed fields", *(row["line"] for row in sealed))


def assert_clean(where: str, *texts: str) -> None:
    """None of the markers, in any case, with or without its spaces, plain or as bytes in hexadecimal."""
    everything = "\n".join(texts).casefold()
    for marker in MARKERS:
        plain = marker.casefold()
        forms = {plain, plain.replace(" ", ""), plain.replace(" ", "%20"), plain.encode().hex(), marker.encode().hex()}
        found = [form for form in forms if form in everything]
        assert not found, f"in {where}: {found}"
