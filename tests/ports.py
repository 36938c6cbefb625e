"""Ports for one run of the tests alone: a stack that is stopped keeps its ports, and another run must not take them meanwhile."""

import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO

from deploy.local.ports import RANGE

_SHARES = 10
_held: list[IO[str]] = []


def hold_a_share() -> None:
    """Until this process ends; where all are held, the ports are anybody's."""
    size = len(RANGE) // _SHARES
    for first in RANGE[::size]:
        share = (Path(tempfile.gettempdir()) / f"perinatal-ports-{first}.lock").open("a")
        try:
            fcntl.flock(share, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            share.close()
        else:
            _held.append(share)
            os.environ["PERINATAL_PORTS"] = f"{first}-{first + size - 1}"
            return
