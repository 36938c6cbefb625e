"""One guarded program as its starter sees it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from deploy.local import guard
from deploy.local.home import Home
from deploy.local.parts import Command

_ROTATE_AT = 16 * 1024 * 1024
_GRACE = 5.0


class Child:
    """A running program. It ends when `stop` is called or when this process is gone."""

    def __init__(self, guarding: subprocess.Popen[bytes], lifeline: int, pid_file: Path, limit: float) -> None:
        self._guard = guarding
        self._lifeline: int | None = lifeline
        self._pid_file = pid_file
        self._limit = limit

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._guard.poll()

    @property
    def pid(self) -> int | None:
        """The program's own process; None until it is started."""
        text = self._pid_file.read_text(encoding="utf-8") if self._pid_file.exists() else ""
        return int(text) if text else None

    def stop(self) -> None:
        """End the program in its own way; it is killed when that takes longer than its limit."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        try:
            self._guard.wait(self._limit + _GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            self._guard.kill()
            self._guard.wait()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL to the program itself, as a fault would."""
        if self.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


def spawn(home: Home, name: str, command: Command, lock: int) -> Child:
    """Start a program under a guard; its output goes to the part's log."""
    pid_file = home.run / f"{name}.pid"
    pid_file.unlink(missing_ok=True)
    reader, writer = os.pipe()
    orders = (reader, lock, pid_file, int(command.stop_signal), command.stop_limit, command.account)
    try:
        with _log(home, name).open("ab") as log:
            guarding = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__, *map(str, orders), *command.argv],
                cwd=command.cwd,
                env={**os.environ, **command.env},
                pass_fds=(reader, lock),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
    except BaseException:
        os.close(writer)
        raise
    finally:
        os.close(reader)
    return Child(guarding, writer, pid_file, command.stop_limit)


def _log(home: Home, name: str) -> Path:
    log = home.log_of(name)
    if log.exists() and log.stat().st_size > _ROTATE_AT:
        log.replace(log.with_suffix(".log.1"))
    return log
