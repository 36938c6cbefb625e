"""`perinatal parked` where a stack runs: a broken record is parked by all who hear of it, seen, tried again, done without."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaProducer

from contracts.referral import ReferralReceivedV1
from deploy.local.home import Home
from deploy.operations.installation import Installation, installation_of
from deploy.operations.postgres_tools import admin_of
from services.kit.cloud_events import Message, headers
from services.kit.kafka import connection
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.kit.testing import record
from tests.integration.deploy.local import eventually
from tests.integration.deploy.typist import error_of, perinatal

PCN = TenantId("U12001")
MARKER = "Zuleika-Strayed"
NOW = datetime.now(UTC).replace(microsecond=0)
TOPIC = ReferralReceivedV1.TOPIC

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def home(platform: Home) -> Home:
    return platform


@pytest.fixture(scope="module")
def installation(home: Home) -> Installation:
    return installation_of(home)


def ran(home: Home, *arguments: str, code: int = 0) -> Any:
    """What the command says for programs. Nothing it says holds the marker."""
    done = perinatal("parked", *arguments, "--json", home=home.root)
    assert done.returncode == code, done.stderr
    assert MARKER not in done.stdout + done.stderr
    return json.loads(done.stdout)


def received(stream: str) -> Recorded[ReferralReceivedV1]:
    fact = ReferralReceivedV1(
        referral_id=stream.partition("-")[2],
        person_id=str(uuid4()),
        source_of_referral="A4",
        primary_reason="13",
        self_referred=False,
        received_at=NOW,
    )
    return record(fact, stream=stream, version=1, tenant=PCN, at=NOW)


def send(installation: Installation, recorded: Recorded[ReferralReceivedV1], value: bytes | None = None) -> None:
    """As the referral service would, or with another value."""
    fact = recorded.event
    message = Message(topic=TOPIC, type=fact.TYPE, dataschema=fact.dataschema(), data=value or fact.data())

    async def produce() -> None:
        producer = AIOKafkaProducer(**connection(installation.kafka))
        await producer.start()
        named = headers(recorded, message, source="test")
        await producer.send_and_wait(TOPIC, message.data, key=recorded.stream.encode(), headers=named)
        await producer.stop()

    asyncio.run(produce())


def in_portal(installation: Installation, statement: str, *arguments: Any) -> Any:
    async def ask() -> Any:
        connected = await asyncpg.connect(admin_of(installation.postgres_admin, "portal"))
        try:
            return await connected.fetchval(statement, *arguments)
        finally:
            await connected.close()

    return asyncio.run(ask())


def hearers(home: Home, stream: str) -> set[str]:
    return {each["service"] for each in ran(home, "list") if each["stream"] == stream}


def test_what_nobody_can_read_is_seen_tried_again_and_done_without(home: Home, installation: Installation) -> None:
    stream = f"referral-{uuid4()}"
    send(installation, received(stream), b"{'note': '" + MARKER.encode() + b"'}")
    services = {"portal", "outcomes", "scheduling", "training"}
    eventually(lambda: hearers(home, stream) >= services, "everybody who hears of it having parked it", within=60)
    (one,) = ran(home, "show", stream, "--service", "portal")
    assert (one["reason"], one["tenant"], one["events"], one["first_sequence"]) == ("not-json", PCN, 1, 1)
    assert [(each["sequence"], each["type"]) for each in one["waiting"]] == [(1, ReferralReceivedV1.TYPE)]
    eventually(lambda: counted(home) >= len(services), "the status counting them", within=30)
    tried = ran(home, "replay", stream, code=1)
    assert {each["outcome"]["failure"]["reason"] for each in tried} == {"not-json"}
    undecided = perinatal("parked", "discard", stream, "--reason", "sent by a test", home=home.root)
    assert undecided.returncode == 2
    asked = ("discard", stream, "--service", "portal", "--reason", "sent by a test")
    assert ran(home, *asked, "--dry-run")["left"] == 0
    assert "portal" in hearers(home, stream)
    assert ran(home, *asked)["discarded"][0]["sequence"] == 1
    assert "portal" not in hearers(home, stream)
    assert in_portal(installation, "select reason from discarded_events where stream = $1", stream) == "sent by a test"


def counted(home: Home) -> int:
    return int(json.loads(perinatal("status", "--json", home=home.root).stdout)["parked"])


def test_after_the_mend_the_stream_goes_on(home: Home, installation: Installation) -> None:
    """Mended means here that nothing is wrong with it: the stream stands still by hand."""
    stream = f"referral-{uuid4()}"
    in_portal(
        installation,
        "insert into parked_streams (tenant, consumer, topic, stream, reason, error_type)"
        " values ($1, 'portal', $2, $3, 'handler-failed', 'KeyError')",
        *(PCN, TOPIC, stream),
    )
    send(installation, received(stream))
    waiting = "select count(*) from parked_events where stream = $1"
    eventually(lambda: in_portal(installation, waiting, stream) == 1, "it waiting behind", within=60)
    shown = "select count(*) from referrals where referral_id = $1"
    assert in_portal(installation, shown, stream.partition("-")[2]) == 0
    (planned,) = ran(home, "replay", stream, "--pcn", PCN, "--dry-run")
    assert (planned["stream"], planned["events"]) == (stream, 1)
    (done,) = ran(home, "replay", stream, "--pcn", PCN)
    assert done["outcome"] == {"applied": 1, "left": 0, "failure": None}
    assert in_portal(installation, shown, stream.partition("-")[2]) == 1
    assert stream not in {each["stream"] for each in ran(home, "list", "--service", "portal")}


def test_the_metrics_name_the_consumer(home: Home) -> None:
    address = home.read_state()["addresses"]["portal"]
    assert 'perinatal_parked_streams{consumer="portal"}' in httpx2.get(f"{address}/metrics").text


def test_what_is_not_parked_is_one_line(home: Home) -> None:
    for wrong in (("show", "referral-1"), ("replay", "referral-1"), ("discard", "referral-1", "--reason", "none")):
        done = perinatal("parked", *wrong, home=home.root)
        assert done.returncode == 1
        assert error_of(done) == "error: nothing of referral-1 is parked"


@pytest.mark.parametrize(
    "wrong",
    [
        ("replay",),
        ("replay", "referral-1", "--all"),
        ("discard", "referral-1"),
        ("discard", "referral-1", "--reason", " "),
        ("discard", "referral-1", "--reason", "call 07700 900123"),
        ("discard", "referral-1", "--reason", "somebody@example.org"),
        ("list", "--service", "mainframe"),
        ("list", "--pcn", "U1"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(home: Home, wrong: tuple[str, ...]) -> None:
    assert perinatal("parked", *wrong, home=home.root).returncode == 2
