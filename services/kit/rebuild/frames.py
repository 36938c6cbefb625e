"""What a build and the processes that take part in it say to each other: a length, and that many bytes of a pickle."""

import asyncio
import pickle
import traceback
from typing import Any, Literal

from services.kit.rebuild.copies import RebuildRefused

Kind = Literal["progress", "answer", "failed"]
"""What a process says: so many more events are done, what was asked for, an exception."""

_LENGTH = 8


class MemberFailed(RebuildRefused):
    """A process that took part failed or is gone; the text says how."""


async def receive(reader: asyncio.StreamReader) -> Any:
    """What the other side said. Raises asyncio.IncompleteReadError when it is gone."""
    length = int.from_bytes(await reader.readexactly(_LENGTH))
    # The other side is the process that started this one, or was started by it; nobody else has an end of the pipe.
    return pickle.loads(await reader.readexactly(length))  # noqa: S301


def frame(message: Any) -> bytes:
    content = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(_LENGTH) + content


def portable(error: Exception) -> Exception:
    """The error itself where it can travel, with where it was raised; else its name: what it says may quote an event."""
    error.add_note("".join(traceback.format_tb(error.__traceback__)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - what was written just now
    except Exception:  # noqa: BLE001 - how that fails is up to the error's class
        return MemberFailed(f"a process that took part failed: {type(error).__name__}")
    return error
