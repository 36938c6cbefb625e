"""A guarded program ends with whoever started it, in its own way if it can, and never leaves the folder half owned."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local.child import Child, spawn
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.locks import FolderLock, supervisor_of
from deploy.local.parts import Command
from tests.integration.deploy.local import end, eventually, is_alive, number_in, python

WAITS = "import signal; print('up', flush=True); signal.pause()"
TELLS_GOODBYE = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print('goodbye', flush=True), sys.exit(7)))
print('up', flush=True)
signal.pause()
"""
STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('up', flush=True)
while True:
    signal.pause()
"""
STARTER = """
import signal, sys
from pathlib import Path
from deploy.local.child import spawn
from deploy.local.home import Home
from deploy.local.locks import FolderLock
from deploy.local.parts import Command
home = Home(root=Path(sys.argv[1]))
home.make()
lock = FolderLock(home)
child = spawn(home, 'one', Command(argv=(sys.executable, '-c', sys.argv[2]), cwd=home.root), lock.parts)
signal.pause()
"""


@pytest.fixture(autouse=True)
def made(home: Home) -> None:
    home.make()


@pytest.fixture
def lock(home: Home) -> Iterator[FolderLock]:
    lock = FolderLock(home)
    yield lock
    lock.release()


def run(home: Home, lock: FolderLock, code: str, limit: float = 5.0) -> Child:
    command = Command(argv=(sys.executable, "-c", code), cwd=home.root, stop_limit=limit)
    child = spawn(home, "one", command, lock.parts)
    eventually(lambda: said(home) == "up" or child.exit_code is not None, "the program is up")
    return child


def said(home: Home) -> str:
    return home.log_of("one").read_text().strip()


def started_elsewhere(home: Home, code: str, tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A starter in a process of its own, and the number of the program it guards."""
    starter = python("-c", STARTER, str(home.root), code, home=home.root, log=tmp_path / "starter.log")
    pid = number_in(home.run / "one.pid")
    eventually(lambda: said(home) == "up", "the program is up")
    return starter, pid


def guard_of(pid: int) -> int:
    """The parent of a process."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_program_is_ended_by_its_own_signal(home: Home, lock: FolderLock) -> None:
    child = run(home, lock, TELLS_GOODBYE)
    child.stop()
    assert said(home) == "up\ngoodbye"
    assert child.exit_code == 7


def test_a_program_that_will_not_end_is_killed_after_its_limit(home: Home, lock: FolderLock) -> None:
    child = run(home, lock, STUBBORN, limit=0.2)
    child.stop()
    assert child.exit_code == 128 + signal.SIGKILL


def test_a_program_that_dies_is_seen_with_its_exit_code(home: Home, lock: FolderLock) -> None:
    child = run(home, lock, "raise SystemExit(4)")
    eventually(lambda: child.exit_code == 4, "the exit code is seen")
    child.stop()


def test_a_program_ends_when_its_starter_is_killed(home: Home, tmp_path: Path) -> None:
    starter, pid = started_elsewhere(home, TELLS_GOODBYE, tmp_path)
    end(starter, signal.SIGKILL)
    eventually(lambda: not is_alive(pid), "the program is gone")
    assert said(home) == "up\ngoodbye"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a program of its parent's death")
def test_a_program_ends_when_its_guard_is_killed(home: Home, tmp_path: Path) -> None:
    starter, pid = started_elsewhere(home, WAITS, tmp_path)
    os.kill(guard_of(pid), signal.SIGKILL)
    eventually(lambda: not is_alive(pid), "the program is gone")
    end(starter, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_folder_stays_taken_while_a_program_lives_without_its_guard(home: Home, tmp_path: Path) -> None:
    starter, pid = started_elsewhere(home, STUBBORN, tmp_path)
    os.kill(guard_of(pid), signal.SIGKILL)
    end(starter, signal.SIGKILL)
    with pytest.raises(StackError, match=r"programs of an earlier run in .* have not ended"):
        FolderLock(home, patience=0.3)
    os.kill(pid, signal.SIGKILL)
    FolderLock(home).release()


def test_a_folder_belongs_to_one_run_at_a_time(home: Home, lock: FolderLock) -> None:
    with pytest.raises(StackError, match=rf"folder in use by another run: .*process {os.getpid()}"):
        FolderLock(home)
    assert supervisor_of(home) == os.getpid()


def test_who_looks_at_a_free_folder_takes_it_from_nobody_and_finds_nobody(home: Home) -> None:
    """The file still names the process of an earlier run: `down` would signal whoever has that number since."""
    (home.run / "supervisor.lock").write_text("1")
    with ThreadPoolExecutor(8) as looking:
        found = [looking.submit(supervisor_of, home) for _ in range(400)]
        FolderLock(home).release()
        assert {each.result() for each in found} <= {None, os.getpid()}


def test_a_folder_is_free_again_only_when_the_last_program_is_gone(home: Home, tmp_path: Path) -> None:
    slow = STUBBORN.replace("signal.SIG_IGN", "lambda *_: (time.sleep(1), sys.exit())").replace(
        "import signal", "import signal, sys, time"
    )
    starter, pid = started_elsewhere(home, slow, tmp_path)
    end(starter, signal.SIGKILL)
    assert supervisor_of(home) is None
    lock = FolderLock(home)
    assert not is_alive(pid)
    lock.release()
