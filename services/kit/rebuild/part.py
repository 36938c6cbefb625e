"""One share of a build, in whichever process: the events of some tenants into rows, and the rows into the copies."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from services.kit.rebuild import copies as tables
from services.kit.rebuild.copies import RebuildRefused
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.source import Done, Source
from services.kit.tenancy import Tx


@dataclass(slots=True, kw_only=True)
class Part:
    """First orders are carried out, then the rows are copied, then tables are finished: when all parts have copied."""

    connection: Tx
    source: Source
    models: Sequence[Model]
    done: Done
    _fold: Fold = field(init=False)

    def __post_init__(self) -> None:
        self._fold = Fold(self.models, self.source.kinds)

    async def carry_out(self, order: Any) -> None:
        await self.source.carry_out(self.connection, self._fold, order, self.done)

    async def copy(self, made: Mapping[str, int | None]) -> dict[str, int]:
        """The rows into the tables that were made for this build; how many of each read model. Raises RebuildRefused."""
        async with self.connection.transaction():
            count = await self._fold.copy_into(self.connection, "shadow")
            # A part that outlives its build must not write into the next one's tables.
            if await tables.made(self.connection, self.models) != made:
                raise RebuildRefused("another rebuild has begun meanwhile")
        return count

    async def finish(self, name: str) -> None:
        """Keys, indexes, policies and grants of one read model's table."""
        async with self.connection.transaction():
            await tables.finish(self.connection, next(model for model in self.models if model.name == name))


@contextmanager
def collector_spared() -> Iterator[None]:
    """Garbage that forms cycles is looked for rarely: events and rows form none, and searching them took a third of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
