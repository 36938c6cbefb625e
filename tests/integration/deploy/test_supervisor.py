"""What dies is restarted, with back-off; what keeps dying ends the stack; the last started is stopped first."""

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.locks import FolderLock
from deploy.local.parts import Command
from deploy.local.supervisor import Deaths, Supervisor
from tests.integration.deploy.local import eventually, is_alive

LIVES = """
import signal, sys, pathlib
def leave(*_):
    with open('ended', 'a') as ended:
        ended.write(sys.argv[1] + ' ')
    sys.exit()
signal.signal(signal.SIGTERM, leave)
pathlib.Path(sys.argv[1] + '.up').touch()
signal.pause()
"""
DIES = "import sys; print('no database today', flush=True); sys.exit(9)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toy:
    folder: Path
    name: str
    code: str = LIVES
    needs: tuple[str, ...] = ()
    address: str = ""

    def prepare(self) -> None:
        (self.folder / f"{self.name}.up").unlink(missing_ok=True)

    def command(self) -> Command:
        return Command(argv=(sys.executable, "-c", self.code, self.name), cwd=self.folder)

    def healthy(self) -> bool:
        return (self.folder / f"{self.name}.up").exists()


def watching(supervisor: Supervisor, condition: Callable[[], object]) -> Callable[[], object]:
    """Look after the parts, then ask."""

    def look() -> object:
        supervisor.watch()
        return condition()

    return look


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    home = Home(root=tmp_path / "home")
    home.make()
    lock = FolderLock(home)
    supervisor = Supervisor(home, lock.parts, first_delay=0.02)
    yield supervisor
    supervisor.stop_all()
    lock.release()


def test_a_killed_part_is_restarted(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.launch(Toy(folder=tmp_path, name="a"))
    supervisor.wait_healthy(["a"], 10)
    first = supervisor.pids()["a"]
    supervisor.kill("a")
    eventually(watching(supervisor, lambda: supervisor.pids()["a"] not in {None, first}), "it runs again")
    assert supervisor.restarts() == {"a": 1}


def test_a_part_that_keeps_dying_ends_the_start_with_its_last_words(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.launch(Toy(folder=tmp_path, name="a", code=DIES))
    with pytest.raises(StackError, match=r"a keeps dying: 5 times in 60 s, last with exit code 9") as failed:
        supervisor.wait_healthy(["a"], 60)
    assert failed.value.detail.splitlines()[-1] == "no database today"


def test_deaths_do_not_count_while_a_needed_part_is_down(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.launch(Toy(folder=tmp_path, name="database"))
    supervisor.wait_healthy(["database"], 10)
    supervisor.launch(Toy(folder=tmp_path, name="service", needs=("database",)))
    for restart in range(1, 7):
        supervisor.wait_healthy(["service"], 10)
        (tmp_path / "service.up").unlink()
        (tmp_path / "database.up").unlink()
        supervisor.kill("service")
        eventually(watching(supervisor, lambda: supervisor.pids()["service"] is None), "the death is seen")
        (tmp_path / "database.up").touch()
        eventually(watching(supervisor, lambda: supervisor.restarts()["service"] == restart), "it is started")  # noqa: B023


def test_nothing_is_restarted_while_a_needed_part_is_down(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.launch(Toy(folder=tmp_path, name="database"))
    supervisor.launch(Toy(folder=tmp_path, name="service", needs=("database",)))
    supervisor.wait_healthy(["database", "service"], 10)
    (tmp_path / "database.up").unlink()
    supervisor.kill("service")
    end = time.monotonic() + 1
    eventually(watching(supervisor, lambda: time.monotonic() > end), "there was time to start it")
    assert supervisor.restarts()["service"] == 0


def test_parts_are_stopped_in_the_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        supervisor.launch(Toy(folder=tmp_path, name=name))
    supervisor.wait_healthy(["first", "second", "third"], 10)
    pids = list(supervisor.pids().values())
    supervisor.stop_all()
    assert (tmp_path / "ended").read_text() == "third second first "
    assert not any(pid and is_alive(pid) for pid in pids)


def test_the_wait_before_a_restart_grows_and_old_deaths_are_forgotten() -> None:
    deaths = Deaths()
    assert [deaths.note(float(second)) for second in (0, 1, 2, 3)] == [0.25, 1.0, 4.0, 10.0]
    assert deaths.note(4.0) is None
    assert deaths.note(100.0) == 0.25
