"""Who carries out the orders of a build: this process alone, or several that fold side by side into the same tables."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from services.kit.rebuild.fold import Model
from services.kit.rebuild.frames import MemberFailed, frame, receive
from services.kit.rebuild.part import Part
from services.kit.rebuild.source import Done, Source

_PROGRAM = "services.kit.rebuild.member"
_END_SECONDS = 5.0
_AHEAD_BYTES = 8_000_000
"""What may lie ready for a process, in orders."""

Opened = Callable[[], AbstractAsyncContextManager[tuple[Source, Sequence[Model]]]]


class Hands(Protocol):
    async def give(self, number: int, order: Any) -> None:
        """To the part of that number, which may still be at work when this returns."""

    async def complete(self, made: Mapping[str, int | None], models: Sequence[Model]) -> None:
        """Every order is carried out, the rows are in the tables made for this build, and those are finished."""


@dataclass(frozen=True, slots=True)
class Alone:
    part: Part

    async def give(self, number: int, order: Any) -> None:
        await self.part.carry_out(order)

    async def complete(self, made: Mapping[str, int | None], models: Sequence[Model]) -> None:
        await self.part.copy(made)
        for model in models:
            await self.part.finish(model.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Processes that may take part: how many, the owner's DSN, and how each comes by a source and read models of its own.

    `opened` is told to them by name: a function of a module, or a `partial` of one.
    """

    count: int
    dsn: str
    opened: Opened


class Crew:
    """This process is part 0. Others are started when there is something for them, and ended with the block."""

    def __init__(self, own: Part, members: Members) -> None:
        self._own = own
        self._members = members
        self._started: dict[int, _Member] = {}

    async def __aenter__(self) -> "Crew":
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        await asyncio.gather(*(member.end(kill=kind is not None) for member in self._started.values()))

    async def give(self, number: int, order: Any) -> None:
        """Raises what a process raised over an earlier one, or MemberFailed."""
        if number == 0:
            await self._own.carry_out(order)
            return
        if number not in self._started:
            self._started[number] = await _start(self._members, self._own.done)
        await self._started[number].tell(("carry out", order))

    async def complete(self, made: Mapping[str, int | None], models: Sequence[Model]) -> None:
        """Raises what a process raised, or MemberFailed."""
        parts: list[Part | _Member] = [self._own, *self._started.values()]
        counts = await asyncio.gather(*(part.copy(made) for part in parts))
        rows = {model.name: sum(count[model.name] for count in counts) for model in models}
        biggest_first = deque(sorted(rows, key=rows.__getitem__, reverse=True))

        async def finish(part: Part | _Member) -> None:
            while biggest_first:
                await part.finish(biggest_first.popleft())

        await asyncio.gather(*(finish(part) for part in parts))


class _Member:
    """A process that takes part, seen from the one that started it."""

    def __init__(self, process: Any, done: Done) -> None:
        """`process` is one of asyncio's, with a pipe to it and one from it."""
        self._process = process
        self._done = done
        self._answers: deque[asyncio.Future[Any]] = deque()
        self._failure: Exception | None = None
        self._listening = asyncio.create_task(self._listen())

    async def tell(self, request: Any) -> None:
        """Waits while the process has enough to do. Raises what it raised, or MemberFailed."""
        self._require_well()
        try:
            self._process.stdin.write(frame(request))
            await self._process.stdin.drain()
        except ConnectionError:
            await self._listening
            self._require_well()

    async def copy(self, made: Mapping[str, int | None]) -> dict[str, int]:
        counts: dict[str, int] = await self._ask(("copy", made))
        return counts

    async def finish(self, name: str) -> None:
        await self._ask(("finish", name))

    async def _ask(self, request: Any) -> Any:
        answer = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        await self.tell(request)
        found = await answer
        self._require_well()
        return found

    async def end(self, *, kill: bool) -> None:
        if kill or self._failure is not None:
            self._kill()
        else:
            await self.tell(None)
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            self._kill()
        await self._listening
        self._process.stdin.close()

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def _listen(self) -> None:
        try:
            while True:
                kind, told = await receive(self._process.stdout)
                self._heard(kind, told)
        except asyncio.IncompleteReadError:
            ended = await self._process.wait()
            self._failure = self._failure or MemberFailed(
                f"a process that took part has ended, with {ended}; try again"
            )
        while self._answers:
            self._answer(None)

    def _heard(self, kind: str, told: Any) -> None:
        match kind:
            case "progress":
                self._done(told)
            case "answer":
                self._answer(told)
            case "failed":
                self._failure = told

    def _answer(self, told: Any) -> None:
        answer = self._answers.popleft()
        if not answer.done():
            answer.set_result(told)

    def _require_well(self) -> None:
        if self._failure is not None:
            raise self._failure


async def _start(members: Members, done: Done) -> _Member:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process: Any = await asyncio.create_subprocess_exec(
        sys.executable, "-m", _PROGRAM, stdin=PIPE, stdout=PIPE, env=environment
    )
    # It reads when it has folded what it has; who asks goes on reading for it and the others meanwhile.
    process.stdin.transport.set_write_buffer_limits(high=_AHEAD_BYTES)
    member = _Member(process, done)
    await member.tell((members.dsn, members.opened))
    return member
