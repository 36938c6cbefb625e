"""The order of things: build beside, catch up, hold the live one still, compare, put in its place."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from services.kit.rebuild import copies as tables
from services.kit.rebuild.copies import Compared, Copy, Place, RebuildRefused
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.source import Source, Tell
from services.kit.rebuild.standing import Standing, behind
from services.kit.registry import SQL, live_versions
from services.kit.tenancy import TenantId, Tx

_NEAR = 2_000
"""Events that may be taken while the live read models are held still."""
_ROUNDS = 20
_NOTHING_TAKEN: dict[Place, str] = {
    "shadow": "no event was taken yet, so there is nothing to build anew",
    "kept": "nobody followed it any more when it was replaced; build it anew",
}


class Moved(RebuildRefused):
    """What was built is not what is live any more: events it has were parked, others were released. Build it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """Read models of one service and how to build them anew. `connection` is its owner's; `tenant`: that tenant's rows only."""

    connection: Tx
    source: Source
    models: Sequence[Model]
    tell: Tell
    tenant: TenantId | None = None

    async def build(self) -> None:
        """The rows beside the live ones. What an earlier build left, however it ended, is cleared first."""
        await tables.clear(self.connection, self.models)
        await tables.begin(self.connection, self.models)
        standing = await self.source.until(self.connection, self.models)
        with _collector_spared():
            await self._fill(standing)

    async def _fill(self, standing: Standing) -> None:
        """Every event up to there into the tables, and these made whole. When it is over the rows are let go."""
        fold = Fold(self.models, self.source.kinds)
        await self.source.fill(self.connection, fold, standing, self.tenant, self.tell)
        async with self.connection.transaction():
            await fold.copy_into(self.connection, "shadow")
            for model in self.models:
                await tables.finish(self.connection, model)
                await tables.note(self.connection, "shadow", model, standing.own(model.checkpoint))

    async def resume(self, place: Place) -> None:
        """Go on with copies that another process made. Raises RebuildRefused."""
        await self.source.resume([copy for _, copy in await self._copies(self.connection, place)], self.tell)

    async def verify(self) -> list[Compared]:
        """How the live rows compare with those that were built; nothing is put in place and nothing left behind."""
        try:
            await self._come_near("shadow")
            async with self.connection.transaction():
                await self._catch_up(self.connection, "shadow", hold=True)
                return await self._compare(self.connection)
        finally:
            await tables.clear(self.connection, self.models)

    async def swap(self) -> list[Compared]:
        """The built rows go live, the live ones are kept. Raises RebuildRefused, and then nothing was changed."""
        await self._come_near("shadow")
        async with self.connection.transaction():
            standing = await self._catch_up(self.connection, "shadow", hold=True)
            compared = await self._compare(self.connection)
            await self._put_live(self.connection, "shadow", standing)
        return compared

    async def swap_tenant(self, tenant: TenantId) -> list[Compared]:
        """The built rows of one tenant take the place of the live ones; nobody else's are touched."""
        await self._require_live()
        await self._come_near("shadow")
        async with self.connection.transaction():
            await self._catch_up(self.connection, "shadow", hold=True)
            compared = await self._compare(self.connection)
            for model in self.models:
                await tables.replace_tenant(self.connection, model, tenant)
        await tables.clear(self.connection, self.models)
        return compared

    async def roll_back(self) -> None:
        """What was kept goes live again, brought to where the live ones are; and the other way round. Raises RebuildRefused."""
        await self._come_near("kept")
        async with self.connection.transaction():
            standing = await self._catch_up(self.connection, "kept", hold=True)
            await self._put_live(self.connection, "kept", standing)

    async def _put_live(self, tx: Tx, place: Place, standing: Standing) -> None:
        live = await live_versions(tx)
        kept = {
            model.name: await self.source.standing_of(tx, model, live[model.name], standing)
            for model in self.models
            if model.name in live
        }
        newest_erasure = await tx.fetchval(SQL["newest_erasure"])
        if place == "shadow":
            # Before anybody is kept waiting: the server may be tidying it up, and takes a second to give way.
            for model in self.models:
                await tables.discard(tx, "kept", model)
        await tables.lock(tx, self.models)
        for model in self.models:
            await tables.exchange(tx, place, model)
            if model.name in kept and not _comes_before(kept[model.name], newest_erasure):
                await tables.note(tx, "kept", model, kept[model.name], version=live[model.name])
            else:
                await tables.discard(tx, "kept", model)
        await self.source.settle(tx, self.models, standing)

    async def _come_near(self, place: Place) -> None:
        """Catch up without holding anybody, until little is left."""
        for _ in range(_ROUNDS):
            async with self.connection.transaction():
                there = await self._copies(self.connection, place)
                since = {key: end for _, copy in there for key, end in copy.standing.taken.items()}
                standing = await self._catch_up(self.connection, place, hold=False)
            if behind(since, standing.taken) <= _NEAR:
                return
        raise RebuildRefused("events come faster than they can be caught up with; nothing was changed, try again later")

    async def _catch_up(self, tx: Tx, place: Place, *, hold: bool) -> Standing:
        there = await self._copies(tx, place)
        standing = await self.source.standing(tx, self.models, hold=hold)
        if any(copy.standing != standing.at(copy.standing.taken) or _ahead(copy, standing) for _, copy in there):
            raise Moved(Moved.__doc__)
        await self.source.follow(tx, place, there, standing, self.tenant)
        return standing

    async def _copies(self, tx: Tx, place: Place) -> list[tuple[Model, Copy]]:
        """Of each read model. Raises RebuildRefused when one is missing or of another version."""
        there = await tables.copies(tx)
        found = []
        for model in self.models:
            copy = there.get((place, model.name))
            if copy is None:
                raise RebuildRefused(f"{model.name}: nothing is {'built' if place == 'shadow' else 'kept'}")
            if copy.version != model.version:
                raise RebuildRefused(
                    f"{model.name}: what is there was folded by version {copy.version}, this release folds {model.version}"
                )
            if await tables.has_changed(tx, copy):
                raise RebuildRefused(f"{model.name}: a migration has changed the live table since; build it anew")
            if not copy.standing.taken:
                raise RebuildRefused(f"{model.name}: {_NOTHING_TAKEN[place]}")
            found.append((model, copy))
        return found

    async def _compare(self, tx: Tx) -> list[Compared]:
        """Those that are live in the version the code folds; another version has other rows."""
        live = await live_versions(tx)
        whose = [self.tenant] if self.tenant else await self.source.tenants(tx)
        return [
            compared
            for model in self.models
            if live.get(model.name) == model.version
            for compared in await tables.compare(tx, model, whose)
        ]

    async def _require_live(self) -> None:
        live = await live_versions(self.connection)
        for model in self.models:
            if live.get(model.name) != model.version:
                raise RebuildRefused(f"{model.name}: version {model.version} is not live here, build it whole")


def _ahead(copy: Copy, standing: Standing) -> bool:
    """Whether a copy has what the live one has not, as when the live one was only begun meanwhile."""
    return any(standing.taken.get(key, 0) < end for key, end in copy.standing.taken.items())


def _comes_before(standing: Standing, erasure: int) -> bool:
    """Whether what stands there may still name somebody who was erased. Only a log has erasures."""
    return any(position < erasure for position in standing.taken.values())


@contextmanager
def _collector_spared() -> Iterator[None]:
    """Garbage that forms cycles is looked for rarely: events and rows form none, and searching them took a third of the time."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
