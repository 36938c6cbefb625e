"""Who has a folder: one supervisor at a time, and never two generations of its programs.

Two files, both held by `flock`. `supervisor.lock` belongs to the running supervisor alone and carries its process number.
`parts.lock` is passed on to every program it starts, so it is free only when the last of them is gone, even if the supervisor
was killed.
"""

import fcntl
import os
import time
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.home import Home

_PATIENCE = 45.0
_LONGER_THAN_A_LOOK = 0.5
_LOOK_EVERY = 0.05


class FolderLock:
    """Both locks of a folder. Raises StackError when another run has it, or one's programs do not end within `patience` s."""

    def __init__(self, home: Home, *, patience: float = _PATIENCE) -> None:
        self._supervisor = _open(home.run / "supervisor.lock")
        if not _claim(self._supervisor):
            os.close(self._supervisor)
            raise StackError(
                f"folder in use by another run: {home.root} (process {supervisor_of(home)}); "
                "see `perinatal status`, end it with `perinatal down`"
            )
        os.pwrite(self._supervisor, str(os.getpid()).encode(), 0)
        self.parts = _open(home.run / "parts.lock")
        try:
            _wait_for_the_last_run(self.parts, home, patience)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        os.close(self.parts)
        os.close(self._supervisor)


def supervisor_of(home: Home) -> int | None:
    """The process that runs this folder's stack now; None when nobody does."""
    path = home.run / "supervisor.lock"
    if not path.exists():
        return None
    handle = _open(path)
    try:
        # Shared, so that those who look at the same time do not take each other for a supervisor.
        free = _take(handle, fcntl.LOCK_SH)
        text = path.read_text(encoding="utf-8")
    finally:
        os.close(handle)
    return None if free or not text else int(text)


def _claim(handle: int) -> bool:
    """The supervisor's lock, with nothing in its file. False when another run has it: who only looks lets go at once."""
    end = time.monotonic() + _LONGER_THAN_A_LOOK
    while True:
        if _take(handle, fcntl.LOCK_SH):
            # Nobody has it, so a number in the file is of an earlier run: it must not be read as ours before we have written ours.
            os.truncate(handle, 0)
            if _take(handle, fcntl.LOCK_EX):
                return True
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_EVERY)


def _wait_for_the_last_run(handle: int, home: Home, patience: float) -> None:
    end = time.monotonic() + patience
    while not _take(handle, fcntl.LOCK_EX):
        if time.monotonic() > end:
            raise StackError(f"folder in use by another run: programs of an earlier run in {home.root} have not ended")
        time.sleep(_LOOK_EVERY)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _take(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
