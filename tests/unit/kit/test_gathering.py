"""Reads that are asked for at the same time go together, and each gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest

from services.kit.gathering import Gathering


class Source:
    """Doubles numbers, cannot read 13, and waits with each round until it is let go on."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.open = asyncio.Event()
        self.begun: asyncio.Queue[None] = asyncio.Queue()

    async def read(self, keys: Sequence[int]) -> Sequence[int]:
        self.rounds.append(list(keys))
        self.begun.put_nowait(None)
        await self.open.wait()
        if 13 in keys:
            raise ValueError(13)
        return [key * 2 for key in keys]


async def test_what_is_asked_at_once_is_read_at_once() -> None:
    source = Source()
    source.open.set()
    reads = Gathering(source.read)
    assert await asyncio.gather(*(reads.get(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert source.rounds == [[0, 1, 2, 3, 4]]


async def test_what_is_asked_meanwhile_goes_with_the_next_round() -> None:
    source = Source()
    reads = Gathering(source.read)
    asked = []
    for number in (1, 2):
        asked.append(asyncio.ensure_future(reads.get(number)))
        await source.begun.get()
    asked += [asyncio.ensure_future(reads.get(number)) for number in (3, 4)]
    source.open.set()
    assert await asyncio.gather(*asked) == [2, 4, 6, 8]
    assert source.rounds == [[1], [2], [3, 4]]
    assert await reads.get(5) == 10


async def test_no_round_is_larger_than_it_may_be() -> None:
    source = Source()
    source.open.set()
    reads = Gathering(source.read, most=2)
    assert await asyncio.gather(*(reads.get(number) for number in range(5))) == [0, 2, 4, 6, 8]
    assert max(len(keys) for keys in source.rounds) == 2


async def test_what_cannot_be_read_fails_alone() -> None:
    source = Source()
    source.open.set()
    reads = Gathering(source.read)
    answers = await asyncio.gather(*(reads.get(number) for number in (12, 13, 14)), return_exceptions=True)
    assert (answers[0], answers[2]) == (24, 28)
    assert isinstance(answers[1], ValueError)
    with pytest.raises(ValueError, match="13"):
        await reads.get(13)


async def test_who_went_away_keeps_nobody_from_an_answer() -> None:
    source = Source()
    reads = Gathering(source.read)
    gone, stays = (asyncio.ensure_future(reads.get(number)) for number in (1, 2))
    await source.begun.get()
    gone.cancel()
    source.open.set()
    assert await stays == 4
    assert gone.cancelled()


async def test_who_went_away_is_not_asked_for_alone_either() -> None:
    """A database that hangs answers each of a failed round only when its time is over."""
    source = Source()
    reads = Gathering(source.read)
    asked = [asyncio.ensure_future(reads.get(number)) for number in (12, 13, 14)]
    await source.begun.get()
    for gone in asked[:2]:
        gone.cancel()
    source.open.set()
    assert await asked[2] == 28
    assert source.rounds == [[12, 13, 14], [14]]
