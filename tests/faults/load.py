"""Callers that go on appending while things break under them."""

import asyncio
import time

from tests.faults.chain import TENANTS, Chain

STREAMS = [f"account-{number}" for number in range(12)]
_PACE_SECONDS = 0.03


async def fill(chain: Chain, rounds: int = 3) -> None:
    """So many commands a stream, all streams at once."""
    for amount in range(rounds):
        requests = enumerate(STREAMS)
        await asyncio.gather(*(chain.append(s, amount, -amount, tenant=tenant_of(n)) for n, s in requests))


async def append_for(chain: Chain, seconds: float) -> None:
    """A caller a stream, each a few dozen commands a second, none resting before its command is answered."""
    await asyncio.gather(*(_caller(chain, number, time.monotonic() + seconds) for number in range(len(STREAMS))))


def tenant_of(number: int) -> str:
    """Whose the stream of this number is."""
    return TENANTS[number % len(TENANTS)]


async def _caller(chain: Chain, number: int, until: float) -> None:
    amount = 0
    while time.monotonic() < until:
        await chain.append(STREAMS[number], amount, number, tenant=tenant_of(number))
        amount += 1
        await asyncio.sleep(_PACE_SECONDS)
