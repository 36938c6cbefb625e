"""Brings the databases up to date before a service starts, each by its own `migrate`."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.home import last_lines
from deploy.local.services import SOURCE, ServiceSpec
from deploy.local.wiring import Wiring

_LIMIT = 120
_LOG_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One that runs; `finish` waits for it."""

    process: subprocess.Popen[bytes]
    name: str
    log: Path

    def finish(self) -> None:
        """Raises StackError with the last lines it wrote when it failed."""
        try:
            code = self.process.wait(_LIMIT)
        except subprocess.TimeoutExpired as problem:
            raise StackError(f"the migration of {self.name} took longer than {_LIMIT} s") from problem
        if code != 0:
            raise StackError(f"the migration of {self.name} failed", detail=last_lines(self.log, _LOG_LINES))

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@contextmanager
def migrating(wiring: Wiring, services: Sequence[ServiceSpec], lock: int) -> Iterator[list[Migration]]:
    """Start every migration, side by side: their databases have nothing in common. None is left running at the end."""
    started: list[Migration] = []
    try:
        if any(spec.keyring for spec in services):
            started.append(_start(wiring, "keyring", ["services.kit.keyring", "migrate"], wiring.keyring_env(), lock))
        started.extend(_start(wiring, spec.name, [spec.migrate], wiring.env_for(spec.name), lock) for spec in services)
        yield started
    finally:
        for migration in started:
            migration.end()


def _start(wiring: Wiring, name: str, words: Sequence[str], env: dict[str, str], lock: int) -> Migration:
    log = wiring.home.log_of(f"{name}-migrate")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=SOURCE,
            env={**os.environ, **env},
            pass_fds=(lock,),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    return Migration(process=process, name=name, log=log)
