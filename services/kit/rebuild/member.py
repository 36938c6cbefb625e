"""A process that takes part in a build: it does what the one that started it asks for on standard input, and ends with it."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from services.kit.rebuild import copies as tables
from services.kit.rebuild.frames import Kind, frame, portable, receive
from services.kit.rebuild.part import Part, collector_spared

Say = Callable[[Kind, Any], None]

_AHEAD = 2
"""Orders that lie ready while one is carried out."""


async def main(out: BinaryIO) -> None:
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    dsn, opened = await receive(reader)
    asked: asyncio.Queue[Any] = asyncio.Queue(_AHEAD)
    listening = asyncio.create_task(_listen(reader, asked))
    say = partial(_say, out)
    try:
        async with opened() as (source, models), tables.connected(dsn) as connection:
            part = Part(connection=connection, source=source, models=models, done=partial(say, "progress"))
            await _work(part, asked, say)
    except Exception as error:  # noqa: BLE001 - whatever it is, who asked is told
        say("failed", portable(error))
    listening.cancel()


async def _work(part: Part, asked: asyncio.Queue[Any], say: Say) -> None:
    """What is asked for, until nothing is."""
    with collector_spared():
        while (request := await asked.get()) is not None:
            await _do(part, request, say)


async def _do(part: Part, request: tuple[str, Any], say: Say) -> None:
    match request:
        case "carry out", order:
            await part.carry_out(order)
        case "copy", made:
            say("answer", await part.copy(made))
        case "finish", name:
            await part.finish(name)
            say("answer", None)


async def _listen(reader: asyncio.StreamReader, asked: asyncio.Queue[Any]) -> None:
    """What is asked for, in order."""
    try:
        while True:
            await asked.put(await receive(reader))
    except asyncio.IncompleteReadError:
        # Who asks is gone, and the copies with it: what is half done here is for nobody. The server takes it back.
        os._exit(1)


def _say(out: BinaryIO, kind: Kind, told: Any) -> None:
    out.write(frame((kind, told)))
    out.flush()


def _own_output() -> BinaryIO:
    """Standard output as it was; what anybody prints goes where errors go."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out


if __name__ == "__main__":
    # Ctrl-C reaches every process of a terminal; what becomes of this one is for the one that started it to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(main(_own_output()))
