"""The `perinatal` command as its user meets it: exit codes, one-line errors, an orderly end."""

import errno
import json
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.errors import StackError, explained
from deploy.local.home import Home
from deploy.local.services import SERVICES
from tests.integration.deploy.local import end, eventually, is_alive, python
from tests.integration.deploy.typist import error_of, perinatal

pytestmark = [pytest.mark.stack, pytest.mark.timeout(90)]


@pytest.fixture
def up(home: Home, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`perinatal up` in the foreground, with PostgreSQL alone to be quick."""
    log = tmp_path / "up.log"
    process = python("-m", "deploy.cli.main", "up", "--only", "postgres", home=home.root, log=log)
    eventually(lambda: "Ctrl-C stops everything" in log.read_text(), "it is up", within=60)
    yield process
    end(process)


def test_nothing_running_is_no_error(home: Home) -> None:
    done = perinatal("status", "--json", home=home.root)
    told = json.loads(done.stdout)
    assert (done.returncode, told["ready"], told["state"]) == (0, False, "stopped")
    assert {told[part]["state"] for part in ("postgres", "kafka", "identity", "portal", "referral", "outcomes")} == {
        "down"
    }
    assert perinatal("down", home=home.root).returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_up_ends_in_order_when_told_to(up: subprocess.Popen[bytes], home: Home, number: signal.Signals) -> None:
    running = [part["pid"] for part in home.read_state()["parts"].values()]
    assert end(up, number) == 0
    assert home.read_state()["state"] == "stopped"
    assert not any(map(is_alive, running))


def test_a_stack_that_was_killed_does_not_pass_for_one_that_was_stopped(
    up: subprocess.Popen[bytes], home: Home
) -> None:
    running = [part["pid"] for part in home.read_state()["parts"].values()]
    end(up, signal.SIGKILL)
    eventually(lambda: not any(map(is_alive, running)), "the guards have ended the parts")
    told = json.loads(perinatal("status", "--json", home=home.root).stdout)
    assert (told["ready"], told["state"]) == (False, "failed")
    shown = perinatal("status", home=home.root)
    assert "lag" not in shown.stdout
    assert "the last run ended: by a kill or on a full disk" in shown.stderr


def test_down_ends_a_detached_stack(home: Home) -> None:
    assert perinatal("up", "--detach", "--only", "postgres", home=home.root).returncode == 0
    running = home.read_state()["supervisor"]
    assert json.loads(perinatal("status", "--json", home=home.root).stdout)["postgres"]["state"] == "up"
    assert perinatal("down", home=home.root).returncode == 0
    eventually(lambda: not is_alive(running), "the supervisor is gone")


@pytest.mark.parametrize("how", [(), ("--detach",)])
def test_a_folder_in_use_is_one_line(up: subprocess.Popen[bytes], home: Home, how: tuple[str, ...]) -> None:
    done = perinatal("up", "--only", "postgres", *how, home=home.root)
    assert done.returncode == 1
    assert f"folder in use by another run: {home.root} (process {up.pid})" in error_of(done)


def test_what_a_part_cannot_do_is_one_line_and_leaves_nothing_half_made(
    up: subprocess.Popen[bytes], home: Home, tmp_path: Path
) -> None:
    """PostgreSQL runs, without a table; Kafka does not."""
    for words, said in ((("relay", "status"), "PostgreSQL says Und"), (("backup", str(tmp_path / "b")), "Kafka says")):
        done = perinatal(*words, home=home.root)
        assert done.returncode == 1
        assert said in error_of(done)
        assert "Unable connect" not in done.stderr
    assert not (tmp_path / "b").exists()


def test_a_port_in_use_is_one_line(home: Home) -> None:
    home.make()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        home.write_state({"ports": {"postgres": port}})
        done = perinatal("up", "--only", "postgres", home=home.root)
    assert done.returncode == 1
    assert f"port in use: {port} of postgres" in error_of(done)


def test_no_registry_at_the_first_start_is_one_line(home: Home, tmp_path: Path) -> None:
    nowhere = {"https_proxy": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1", "HOME": str(tmp_path)}
    done = perinatal("up", "--only", "kafka", home=home.root, **nowhere)
    assert done.returncode == 1
    assert "Apache Kafka could not be fetched, is a Maven registry reachable?" in error_of(done)


def test_a_full_disk_is_one_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage("/")._replace(free=1024 * 1024)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(StackError, match=r"disk full: 1 MB free for .*, the stack needs 300 MB to start"):
        home.make()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_is_named(home: Home) -> None:
    with pytest.raises(OSError, match="No space left") as problem, Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")
    assert problem.value.errno == errno.ENOSPC
    assert str(explained(problem.value, home.root)) == f"disk full: nothing more can be written below {home.root}"


@pytest.mark.parametrize(
    "wrong",
    [
        ("up", "--only", "mainframe"),
        ("up", "--detach", "--only", "mainframe"),
        ("up", "--demo", "--only", "postgres"),
        ("relay", "republish", "referral", "--from", "5", "--to", "4"),
        ("logs", "mainframe"),
        ("score",),
        ("nothing",),
    ],
    ids=" ".join,
)
def test_wrong_use_is_2(home: Home, wrong: tuple[str, ...]) -> None:
    assert perinatal(*wrong, home=home.root).returncode == 2


def test_a_part_whose_name_nobody_knows_is_one_that_does_not_answer(home: Home) -> None:
    """As in containers, when PostgreSQL's is stopped."""
    home.make()
    names = ("portal", "referral", "scheduling", "outcomes", "training")
    named = {f"PERINATAL_{name.upper()}_URL": f"http://{name}.invalid:8000" for name in names}
    named |= {"PERINATAL_ISSUER": "http://identity.invalid", "PERINATAL_KAFKA": "kafka.invalid:9092"}
    postgres = "postgresql://postgres@postgres.invalid:5432/postgres"
    done = perinatal("store", "verify", home=home.root, PERINATAL_POSTGRES=postgres, **named)
    assert done.returncode == 1
    assert error_of(done).startswith("error: a part does not answer: ")
    assert error_of(done).endswith("see `perinatal status`")


INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from deploy.cli.main import main; main()"
)
"""However this test was started: a shell lets what it runs in the background ignore Ctrl-C."""


def test_ctrl_c_in_the_middle_is_one_line(home: Home, tmp_path: Path) -> None:
    """A server that takes the connection and says nothing."""
    home.make()
    log = tmp_path / "verify.log"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        names = ("postgres", "kafka", "kafka-controller", "identity", *(spec.name for spec in SERVICES))
        home.write_state({"ports": dict.fromkeys(names, silent.getsockname()[1]), "demo": False})
        process = python("-c", INTERRUPTIBLE, "store", "verify", home=home.root, log=log)
        with silent.accept()[0]:
            assert end(process, signal.SIGINT) == 130
    assert log.read_text().strip() == (
        "error: stopped before it was done: the same command goes on from there, or begins anew"
    )


@pytest.mark.parametrize(
    "words", [("reconcile", "--all"), ("relay", "anew"), ("relay", "anew", "--dry-run")], ids=" ".join
)
def test_in_a_wrong_folder_no_new_stack_is_begun(home: Home, words: tuple[str, ...]) -> None:
    done = perinatal(*words, home=home.root)
    assert done.returncode == 1
    assert error_of(done) == f"error: there is no stack in {home.root}: start one with `perinatal up`"
    assert not home.root.exists()


def test_a_command_without_a_stack_says_so(home: Home) -> None:
    done = perinatal("pcn", "list", home=home.root)
    assert done.returncode == 1
    assert error_of(done) == f"error: the stack of {home.root} is not running: start it with `perinatal up`"
