"""Starts parts, waits until they are healthy, restarts what dies, and stops them in the reverse order."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.local.child import Child, spawn
from deploy.local.errors import StackError
from deploy.local.home import Home, last_lines
from deploy.local.parts import Part

_DEATHS, _WITHIN = 5, 60.0
_FIRST_DELAY, _LONGEST_DELAY = 0.25, 10.0
_PROBE_EVERY = 0.05
_LOG_LINES = 15


@dataclass(slots=True, kw_only=True)
class Deaths:
    """How often a part died lately, and so how long to wait before the next start."""

    first_delay: float = _FIRST_DELAY
    times: list[float] = field(default_factory=list)

    def note(self, now: float) -> float | None:
        """Seconds to wait before the next start; None when it has died too often. Times are in seconds of one clock."""
        self.times = [time for time in self.times if now - time < _WITHIN] + [now]
        if len(self.times) >= _DEATHS:
            return None
        return min(_LONGEST_DELAY, self.first_delay * 2.0 ** (2 * (len(self.times) - 1)))


@dataclass(slots=True, kw_only=True)
class _Running:
    part: Part
    child: Child | None
    deaths: Deaths
    restart_at: float = 0.0
    restarts: int = 0


class Supervisor:
    """The programs of one folder. `lock` is passed on to each of them: it is free again when all of them are gone."""

    def __init__(self, home: Home, lock: int, *, first_delay: float = _FIRST_DELAY) -> None:
        self._home = home
        self._lock = lock
        self._first_delay = first_delay
        self._running: dict[str, _Running] = {}
        self._access = threading.RLock()

    def launch(self, part: Part) -> None:
        """Start a part without waiting for it."""
        part.prepare()
        with self._access:
            child = spawn(self._home, part.name, part.command(), self._lock)
            self._running[part.name] = _Running(part=part, child=child, deaths=Deaths(first_delay=self._first_delay))

    def wait_healthy(self, names: Sequence[str], limit: float) -> None:
        """Wait until the named parts answer. Raises StackError when one keeps dying or none comes within `limit` seconds."""
        end = time.monotonic() + limit
        waiting = list(names)
        while waiting:
            self.watch()
            waiting = [name for name in waiting if not self._running[name].part.healthy()]
            if waiting and time.monotonic() > end:
                raise StackError(f"{waiting[0]} did not become healthy in {limit:.0f} s", detail=self._tail(waiting[0]))
            if waiting:
                time.sleep(_PROBE_EVERY)

    def watch(self) -> bool:
        """One look: restart what died and may start again; True when anything changed.

        Raises StackError when a part keeps dying.
        """
        with self._access:
            before = [running.child for running in self._running.values()]
            for running in self._running.values():
                if running.child is None:
                    self._revive(running)
                elif running.child.exit_code is not None:
                    self._bury(running)
            return before != [running.child for running in self._running.values()]

    def stop(self, name: str) -> None:
        """End one part and forget it."""
        with self._access:
            running = self._running.pop(name)
        if running.child is not None:
            running.child.stop()

    def stop_all(self) -> None:
        """End every part, the last started first."""
        for name in reversed(list(self._running)):
            self.stop(name)

    def kill(self, name: str) -> None:
        """SIGKILL a part's program, as a fault would; it is restarted like any that dies."""
        child = self._running[name].child
        if child is not None:
            child.kill()

    def pids(self) -> dict[str, int | None]:
        with self._access:
            return {name: running.child.pid if running.child else None for name, running in self._running.items()}

    def restarts(self) -> dict[str, int]:
        with self._access:
            return {name: running.restarts for name, running in self._running.items()}

    def _bury(self, running: _Running) -> None:
        part, code = running.part, running.child.exit_code if running.child else None
        if running.child is not None:
            running.child.stop()
        running.child = None
        if not self._can_live(part):
            running.restart_at = time.monotonic() + _FIRST_DELAY
            return
        delay = running.deaths.note(time.monotonic())
        if delay is None:
            raise StackError(
                f"{part.name} keeps dying: {_DEATHS} times in {_WITHIN:.0f} s, last with exit code {code}",
                detail=self._tail(part.name),
            )
        running.restart_at = time.monotonic() + delay

    def _revive(self, running: _Running) -> None:
        if time.monotonic() < running.restart_at or not self._can_live(running.part):
            return
        running.child = spawn(self._home, running.part.name, running.part.command(), self._lock)
        running.restarts += 1

    def _can_live(self, part: Part) -> bool:
        return all(self._running[need].part.healthy() for need in part.needs if need in self._running)

    def _tail(self, name: str) -> str:
        return last_lines(self._home.log_of(name), _LOG_LINES)
