"""The stack as a whole: killed and started again, two side by side, a port that is taken, a folder in use."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from subprocess import Popen

import asyncpg
import httpx2
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.stack import Stack
from services.kit.migrate import plain_migrations
from tests.integration.deploy.local import TOY, end, eventually, is_alive, python
from tests.integration.deploy.toy import migrate

pytestmark = [pytest.mark.stack, pytest.mark.timeout(120)]
TOPIC = "perinatal.referral.events"


def started(home: Home, tmp_path: Path, parts: str = "postgres,kafka,services") -> Popen[bytes]:
    """A stack in a process of its own, once it is ready."""
    log = tmp_path / "run.log"
    process = python("-m", "tests.integration.deploy.run_stack", parts, home=home.root, log=log)

    def ready_or_ended() -> bool:
        state = home.read_state()
        ready = state.get("state") == "ready" and state["supervisor"] == process.pid
        return ready or process.poll() is not None

    eventually(ready_or_ended, "the stack is ready", within=60)
    assert process.poll() is None, log.read_text()
    return process


def programs(home: Home) -> list[int]:
    return [part["pid"] for part in home.read_state()["parts"].values()]


async def store(stack_home: Home) -> None:
    """One row and one record, both acknowledged."""
    connection = await asyncpg.connect(dsn(stack_home))
    await connection.execute("insert into notes values (7, 'kept')")
    await connection.close()
    async with AIOKafkaProducer(
        bootstrap_servers=stack_home.read_state()["addresses"]["kafka"], acks="all"
    ) as producer:
        await producer.send_and_wait(TOPIC, b"kept", partition=0)


async def stored(stack_home: Home) -> tuple[str, bytes]:
    connection = await asyncpg.connect(dsn(stack_home))
    text = await connection.fetchval("select text from notes where id = 7")
    await connection.close()
    async with AIOKafkaConsumer(bootstrap_servers=stack_home.read_state()["addresses"]["kafka"]) as consumer:
        consumer.assign([TopicPartition(TOPIC, 0)])
        await consumer.seek_to_beginning()
        return text, (await asyncio.wait_for(consumer.getone(), 10)).value


def dsn(home: Home) -> str:
    password = (home.secrets / "toy_app").read_text()
    return f"postgresql://toy_app:{password}@{home.read_state()['addresses']['postgres']}/toy"


async def test_after_a_kill_nothing_is_left_and_the_next_start_has_all_the_data(home: Home, tmp_path: Path) -> None:
    first = started(home, tmp_path)
    await store(home)
    running = programs(home)
    end(first, signal.SIGKILL)
    eventually(lambda: not any(map(is_alive, running)), "no orphan is left", within=10)
    second = started(home, tmp_path)
    assert await stored(home) == ("kept", b"kept")
    assert end(second) == 0
    assert home.read_state()["state"] == "stopped"


def test_a_start_right_after_a_kill_waits_for_the_old_programs(home: Home, tmp_path: Path) -> None:
    first = started(home, tmp_path, "postgres,services")
    end(first, signal.SIGKILL)
    second = started(home, tmp_path, "postgres,services")
    assert end(second) == 0


def test_two_stacks_run_side_by_side(stack: Stack, home: Home) -> None:
    other = Stack(home.root, parts=("postgres", "services"), services=[TOY])
    other.start()
    try:
        assert not set(other.wiring.ports.values()) & set(stack.wiring.ports.values())
        pids = {httpx2.get(f"{each.wiring.address_of('toy')}/healthz").json()["pid"] for each in (stack, other)}
        assert len(pids) == 2
    finally:
        other.stop()


def test_a_killed_service_is_restarted(stack: Stack) -> None:
    toy = f"{stack.wiring.address_of('toy')}/healthz"
    before = httpx2.get(toy).json()["pid"]
    os.kill(before, signal.SIGKILL)

    def answers_again() -> bool:
        try:
            return bool(httpx2.get(toy).json()["pid"] != before)
        except httpx2.HTTPError:
            return False

    eventually(answers_again, "another process answers", within=20)
    eventually(lambda: stack.home.read_state()["parts"]["toy"]["restarts"] == 1, "the restart is written down")


def test_a_folder_in_use_is_refused(stack: Stack) -> None:
    with pytest.raises(StackError, match="folder in use by another run") as refused:
        Stack(stack.home.root, services=[TOY]).start()
    assert "\n" not in str(refused.value)
    assert stack.home.read_state()["state"] == "ready"


def test_a_port_that_is_taken_is_named(home: Home) -> None:
    first = Stack(home.root, parts=("postgres",), services=[TOY])
    first.start()
    port = first.wiring.ports["postgres"]
    first.stop()
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(StackError, match=f"port in use: {port} of postgres"):
            Stack(home.root, parts=("postgres",), services=[TOY]).start()
        other = Stack(home.root, parts=("postgres",), services=[TOY], new_ports=True)
        other.start()
        assert other.wiring.ports["postgres"] != port
        other.stop()


def test_a_migration_that_fails_ends_the_start_and_says_why(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "0001_wrong.sql").write_text("insert into nowhere values (1)")
    monkeypatch.setattr(migrate, "MIGRATIONS", plain_migrations("toy", tmp_path))
    stack = Stack(home.root, parts=("postgres", "services"), services=[TOY])
    with pytest.raises(StackError, match="the migration of toy failed") as failed:
        stack.start()
    assert failed.value.detail == 'UndefinedTableError: relation "nowhere" does not exist'
    assert stack.home.read_state()["error"] == "the migration of toy failed"


def test_a_folder_that_cannot_be_written_to_any_more_ends_the_stack_and_leaves_no_program(home: Home) -> None:
    stack = Stack(home.root, parts=("postgres",), services=[TOY])
    stack.start()
    running = programs(home)
    home.state_file.unlink()
    home.state_file.mkdir()
    stack.supervisor.kill("postgres")
    assert stack.wait(20), "the stack went on unwatched"
    assert "Is a directory" in str(stack.failure)
    with pytest.raises(IsADirectoryError):
        stack.stop(stack.failure)
    assert stack.supervisor.pids() == {}
    assert not any(map(is_alive, running))


def test_parts_named_in_the_environment_are_used_and_not_started(stack: Stack, home: Home) -> None:
    named = {
        "PERINATAL_POSTGRES": stack.wiring.postgres_admin,
        "PERINATAL_KAFKA": stack.wiring.kafka_address,
        "PERINATAL_ISSUER": stack.wiring.issuer,
    }
    other = Stack(home.root, services=[], environ=named)
    other.start()
    assert other.supervisor.pids() == {}
    assert other.wiring.addresses() == {
        "postgres": stack.wiring.postgres.address,
        "kafka": stack.wiring.kafka_address,
        "identity": stack.wiring.issuer,
    }
    other.stop()
