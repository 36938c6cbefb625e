"""docker-compose.yml for real: from nothing to healthy, a referral through the pages, and nothing lost whatever is killed."""

import itertools
import json
import re

import pytest

from services.kit.testing import eventually
from tests.compose.conftest import PCN, Visit
from tests.compose.platform import Compose

SERVICES = ("referral", "scheduling", "outcomes", "training", "portal")
LASTING = (*SERVICES, "postgres", "kafka", "identity")
READ = """
import asyncio, pathlib, sys
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from services.kit.kafka import connection

async def main(topic):
    address = pathlib.Path("/run/perinatal/PERINATAL_KAFKA").read_text()
    # Named here, not assigned: told of a topic it may not read, an assigned consumer goes on asking in silence.
    consumer = AIOKafkaConsumer(topic, **connection(address), enable_auto_commit=False)
    try:
        await consumer.start()
        await consumer.getmany(timeout_ms=3000)
        print("read")
    except KafkaError as error:
        print(type(error).__name__)
    finally:
        await consumer.stop()

asyncio.run(main(sys.argv[1]))
"""
WRITE = """
import asyncio, pathlib, sys
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from services.kit.kafka import connection

async def main(topic):
    address = pathlib.Path("/run/perinatal/PERINATAL_KAFKA").read_text()
    producer = AIOKafkaProducer(**connection(address), request_timeout_ms=5000)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"{}")
        print("written")
    except KafkaError as error:
        print(type(error).__name__)
    finally:
        await producer.stop()

asyncio.run(main(sys.argv[1]))
"""
_numbers = itertools.count(1)


async def refer(visit: Visit) -> str:
    """Refer somebody new through the pages; their name, once the triage list shows it."""
    name = f"Compose Family {next(_numbers)} (synthetic)"
    said = visit("referrer").send(
        f"/pcns/{PCN}/refer",
        {
            "full_name": name,
            "nhs_number_known": "no",
            "nhs_number_missing_reason": "nhs-number-not-known",
            "practice_ods_code": "not-listed",
            "perinatal_stage": "postnatal",
            "ethnic_category": "Z",
            "preferred_language": "en",
            "interpreter_required": "no",
            "asking": "professional",
            "source_of_referral": "A4",
            "referring_professional_type": "midwife",
            "primary_reason": "13",
            **received_today(visit),
        },
    )
    assert "The referral has been received." in said.text, said.text[:2000]
    await shown(visit, name)
    return name


def received_today(visit: Visit) -> dict[str, str]:
    """The day the form itself suggests."""
    page = visit("referrer").page(f"/pcns/{PCN}/refer")
    found = {}
    for part in ("day", "month", "year"):
        box = re.search(rf'<input[^>]*name="received_on-{part}"[^>]*>', page)
        value = re.search(r'value="(\d+)"', box.group()) if box else None
        assert value, part
        found[f"received_on-{part}"] = value.group(1)
    return found


async def shown(visit: Visit, *names: str) -> None:
    clinician = visit("clinician")

    async def all_there() -> bool:
        page = clinician.page(f"/pcns/{PCN}/triage")
        return all(name in page for name in names)

    await eventually(all_there, within=60, what=f"{names} on the triage list")


def test_everything_is_healthy_after_one_command(compose: Compose) -> None:
    health = {name: each["State"]["Health"]["Status"] for name, each in compose.lasting().items()}
    assert health == dict.fromkeys(LASTING, "healthy")
    ended = {name: each["State"]["ExitCode"] for name, each in compose.containers().items() if name not in LASTING}
    assert set(ended.values()) == {0}, ended


def test_the_same_command_again_changes_nothing(compose: Compose) -> None:
    before = {name: each["Id"] for name, each in compose.lasting().items()}
    compose.up()
    assert {name: each["Id"] for name, each in compose.lasting().items()} == before


def test_nothing_runs_as_root_nor_can_change_its_image(compose: Compose) -> None:
    for name in LASTING:
        assert compose.inside(name, "bash", "-c", "id -u").strip() != "0", name
        assert compose.lasting()[name]["HostConfig"]["ReadonlyRootfs"], name
        assert "no" in compose.inside(name, "bash", "-c", "touch /etc/x 2>/dev/null && echo yes || echo no"), name


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_its_own_service_only(compose: Compose, service: str) -> None:
    there = set(compose.inside(service, "ls", "/app", "/app/services").split())
    assert service in there
    assert there.isdisjoint({"tests", "deploy", *SERVICES} - {service})


async def test_a_referral_made_on_one_page_is_on_another(compose: Compose, visit: Visit) -> None:
    await refer(visit)


def test_who_operates_it_sees_that_all_is_well(compose: Compose) -> None:
    told = json.loads(compose.operations("status", "--json"))
    assert told["ready"], told
    assert PCN in compose.operations("pcn", "list", "--json")


def test_a_service_may_not_read_what_is_not_for_it(compose: Compose) -> None:
    assert ask(compose, "referral", READ, "perinatal.outcomes.restricted") == "TopicAuthorizationFailedError"
    assert ask(compose, "training", READ, "perinatal.outcomes.events") == "TopicAuthorizationFailedError"
    assert ask(compose, "outcomes", READ, "perinatal.outcomes.restricted") == "read"
    assert ask(compose, "portal", READ, "perinatal.outcomes.restricted") == "read"


def test_a_service_may_not_write_for_another(compose: Compose) -> None:
    assert ask(compose, "portal", WRITE, "perinatal.referral.events") == "TopicAuthorizationFailedError"
    assert ask(compose, "outcomes", WRITE, "perinatal.referral.events") == "TopicAuthorizationFailedError"


def test_a_wrong_password_opens_nothing(compose: Compose) -> None:
    wrong = READ.replace(
        'pathlib.Path("/run/perinatal/PERINATAL_KAFKA").read_text()', '"scram-sha-512://admin:wrong@kafka:9092"'
    )
    assert "read" not in ask(compose, "referral", wrong, "perinatal.referral.events")


def ask(compose: Compose, service: str, program: str, topic: str) -> str:
    return compose.inside(service, "python", "-W", "ignore", "-c", program, topic).strip()


def test_no_secret_is_shown_by_docker_or_in_a_log(compose: Compose) -> None:
    secrets = compose.run(
        *("run", "--rm", "--no-TTY", "--entrypoint", "bash", "operations"),
        *("-c", "cd /var/lib/perinatal/secrets && for f in *; do cat $f; echo; done"),
    ).split()
    assert len(secrets) > 20
    told = json.dumps(compose.containers()) + compose.run("logs", "--no-color")
    assert [index for index, secret in enumerate(secrets) if len(secret) > 12 and secret in told] == []


@pytest.mark.parametrize("name", LASTING)
async def test_what_is_killed_comes_back_with_nothing_lost(compose: Compose, visit: Visit, name: str) -> None:
    before = await refer(visit)
    compose.kill(name)
    compose.up()
    after = await refer(visit)
    await shown(visit, before, after)


async def test_an_upgrade_keeps_the_data(compose: Compose, visit: Visit) -> None:
    before, images = await refer(visit), {name: each["Image"] for name, each in compose.lasting().items()}
    compose.version = f"{compose.version}-next"
    compose.up()
    after = {name: each["Image"] for name, each in compose.lasting().items()}
    assert {name for name in LASTING if after[name] != images[name]} == {*SERVICES, "identity"}
    await shown(visit, before, await refer(visit))
