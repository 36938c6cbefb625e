"""Each part as the stack starts it: who may enter, what is made, and that a killed one comes back with its data."""

import asyncio
from dataclasses import replace
from pathlib import Path

import asyncpg
import httpx2
import pytest

from deploy.local import kafka
from deploy.local.accounts import DEMO_PASSWORD, Account, accounts_of_pcn, add_accounts, read_accounts
from deploy.local.credentials import Credentials
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.identity import COMMAND_LINE_CLIENT, Identity, add_live, users_file
from deploy.local.kafka import Kafka, write_class_file
from deploy.local.kafka_program import class_file, verified
from deploy.local.stack import Stack
from deploy.local.topics import Topic, ensure_topics, read_topics
from services.kit.auth import Verifier
from tests.integration.deploy.local import eventually

pytestmark = pytest.mark.stack
CONTRACT = Path(__file__).parents[3] / "contracts" / "topics.yaml"


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_postgres_asks_for_a_password(stack: Stack) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stack.wiring.databases.dsn("toy", "app"), password="wrong")


async def test_the_application_role_owns_nothing(stack: Stack) -> None:
    app = stack.wiring.databases.dsn("toy", "app")
    assert await ask(app, "select count(*) from pg_class where relowner = 'toy_app'::regrole") == 0
    powers = (
        "select rolsuper or rolbypassrls or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user"
    )
    assert await ask(app, powers) is False
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(app, "create table mine (a integer)")


async def test_a_role_of_one_database_may_not_enter_another(stack: Stack) -> None:
    await asyncio.to_thread(stack.wiring.databases.ensure, ["other"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(stack.wiring.databases.dsn("toy", "app").removesuffix("/toy") + "/other", "select 1")


async def test_a_killed_postgres_comes_back_with_its_data(stack: Stack) -> None:
    app = stack.wiring.databases.dsn("toy", "app")
    await ask(app, "insert into notes values (1, 'kept') returning id")
    before = stack.supervisor.pids()["postgres"]
    stack.supervisor.kill("postgres")
    eventually(lambda: stack.supervisor.pids()["postgres"] not in {None, before}, "a new server runs", within=20)
    eventually(stack.wiring.postgres.healthy, "it answers", within=20)
    assert await ask(app, "select text from notes where id = 1") == "kept"


def test_the_topics_are_those_of_the_contract(stack: Stack) -> None:
    topics = read_topics(CONTRACT)
    ensure_topics(stack.wiring.kafka_address, topics)
    first, *_ = topics
    more = Topic(name=first.name, partitions=first.partitions + 1, retention_ms=first.retention_ms)
    with pytest.raises(StackError, match=f"topic {first.name} has {first.partitions} partitions"):
        ensure_topics(stack.wiring.kafka_address, [more])


def test_a_jar_that_is_not_the_locked_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "jars").mkdir()
    (tmp_path / "jars" / "a-1.jar").write_bytes(b"something else")
    with pytest.raises(StackError, match=r"a-1\.jar is not the file"):
        verified(tmp_path, [("a-1.jar", "0" * 64)])


@pytest.mark.skipif(not Path("/proc").exists(), reason="what a program has open is read from /proc")
def test_kafka_reads_its_classes_from_one_file(stack: Stack) -> None:
    opened = Path(f"/proc/{stack.supervisor.pids()['kafka']}/maps").read_text()
    assert str(class_file()) in opened


def test_a_broker_that_dies_at_its_first_start_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "class_file", lambda: tmp_path / "classes.aot")
    monkeypatch.setattr(Kafka, "words", lambda _: ("kafka.Kafka", "/no/settings"))
    with pytest.raises(StackError, match="could not be started a first time") as refused:
        write_class_file()
    assert "/no/settings" in refused.value.detail
    assert {path.name for path in tmp_path.iterdir()} == {"classes.lock"}


async def test_a_token_says_who_and_which_networks(stack: Stack) -> None:
    principal = await Verifier(stack.wiring.issuer, "perinatal").principal(token_of(stack, "operator"))
    assert (principal.user, principal.roles, principal.tenants) == ("operator", {"operator"}, {"*"})


async def test_an_account_added_to_the_running_provider_can_sign_in(stack: Stack) -> None:
    added = Account(username="coordinator.u99001", roles=("coordinator",), pcns=("U99001",), password="a-new-word")
    add_live(stack.home, stack.wiring.issuer, [added])
    principal = await Verifier(stack.wiring.issuer, "perinatal").principal(
        token_of(stack, added.username, "a-new-word")
    )
    assert (principal.roles, principal.tenants) == ({"coordinator"}, {"U99001"})


def test_the_known_password_of_the_demonstration_opens_nothing_without_it(home: Home) -> None:
    home.make()
    identity = Identity(home=home, port=1, portal="http://127.0.0.1:2", demo=True)
    identity.prepare()
    people = accounts_of_pcn("U99002", Credentials(folder=home.secrets), demo=True)
    add_accounts(users_file(home), people)
    replace(identity, demo=False).prepare()
    assert not any(account.password == DEMO_PASSWORD for account in read_accounts(users_file(home)))


def test_nobody_manages_the_provider_without_its_secret(stack: Stack) -> None:
    issuer = stack.wiring.issuer
    assert httpx2.post(f"{issuer}/api/users/operator/token", json={}).status_code in {401, 403}
    assert httpx2.post(f"{issuer}/api/config/reload").status_code in {401, 403}


def token_of(stack: Stack, username: str, password: str = "") -> str:
    known = Credentials(folder=stack.home.secrets)
    answer = httpx2.post(
        f"{stack.wiring.issuer}/token",
        auth=(COMMAND_LINE_CLIENT, known.password("client-command-line")),
        data={"grant_type": "password", "username": username, "password": password or known.password(username)},
    )
    return str(answer.raise_for_status().json()["access_token"])
