"""Ports of this machine: chosen once, kept, and never taken from a program that has them."""

import os
import random
import re
import socket
from collections.abc import Iterable, Mapping

from deploy.local.errors import StackError

# Below the range from which the kernel takes the ports of outgoing connections (32768 on Linux, 49152 on macOS):
# a port that is free while a part restarts stays free.
RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """True when a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(address: str, timeout: float = 1.0) -> bool:
    """True when something accepts connections at `host:port`, or at one of several with commas between them."""
    return any(_accepts(each, timeout) for each in address.split(","))


def _accepts(address: str, timeout: float) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout).close()
    except OSError:
        return False
    return True


def choose(names: Iterable[str], kept: Mapping[str, int]) -> dict[str, int]:
    """A port for each name: the one it had before, else a free one. Raises StackError when a kept one is taken."""
    chosen: dict[str, int] = {}
    for name in names:
        port = kept.get(name)
        if port is not None and not is_free(port):
            raise StackError(
                f"port in use: {port} of {name} is held by another program; end that one or start with --new-ports"
            )
        chosen[name] = port if port is not None else _free({*kept.values(), *chosen.values()})
    return chosen


def _free(taken: set[int]) -> int:
    among = _offered()
    for port in random.sample(among, len(among)):
        if port not in taken and is_free(port):
            return port
    raise StackError(f"port in use: no port from {among.start} to {among.stop - 1} is free")


def _offered() -> range:
    """What PERINATAL_PORTS says, as `20000-20999`; else RANGE."""
    said = os.environ.get("PERINATAL_PORTS")
    if not said:
        return RANGE
    match = re.fullmatch(r"(\d{4,5})-(\d{4,5})", said)
    if match is None or not (among := range(int(match[1]), int(match[2]) + 1)) or among[-1] > 65535:
        raise StackError(f"PERINATAL_PORTS has to be two ports, as 20000-20999, and is {said}")
    return among
