"""The order of things: build beside, catch up, hold the live one still, compare, put in its place."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from services.kit.rebuild import copies as tables
from services.kit.rebuild.copies import Compared, Copy, Place, RebuildRefused
from services.kit.rebuild.crew import Alone, Crew, Hands, Members
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.part import Part, collector_spared
from services.kit.rebuild.source import Source, Tell
from services.kit.rebuild.standing import Standing, behind
from services.kit.registry import live_versions
from services.kit.tenancy import TenantId, Tx

_NEAR = 2_000
"""Events that may be taken while the live read models are held still."""
_ROUNDS = 20
_WORTH = 100_000
"""Events from which on it is worth to start other processes, which takes each a second."""
_NOTHING_TAKEN: dict[Place, str] = {
    "shadow": "no event was taken yet, so there is nothing to build anew",
    "kept": "nobody followed it any more when it was replaced; build it anew",
}


class Moved(RebuildRefused):
    """What was built is not what is live any more: events it has were parked, others were released. Build it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """Read models of one service and how to build them anew. `connection` is its owner's; `tenant`: that tenant's rows only;
    `members`: other processes that may take part.
    """

    connection: Tx
    source: Source
    models: Sequence[Model]
    tell: Tell
    tenant: TenantId | None = None
    members: Members | None = None

    async def build(self) -> None:
        """The rows beside the live ones. What an earlier build left, however it ended, is cleared first."""
        await tables.clear(self.connection, self.models)
        await tables.begin(self.connection, self.models)
        made = await tables.made(self.connection, self.models)
        standing = await self.source.until(self.connection, self.models)
        with collector_spared():
            await self._fill(made, standing)
        async with self.connection.transaction():
            for model in self.models:
                await tables.note(self.connection, "shadow", model, standing.own(model.checkpoint))

    async def _fill(self, made: Mapping[str, int | None], standing: Standing) -> None:
        """Every event up to there into the tables that were made for this build."""
        kinds = Fold(self.models, self.source.kinds).kinds
        async with self._hands(standing) as (hands, parts):
            async with aclosing(self.source.orders(self.connection, kinds, standing, self.tenant, parts)) as orders:
                async for number, order in orders:
                    await hands.give(number, order)
            await hands.complete(made, self.models)

    @asynccontextmanager
    async def _hands(self, standing: Standing) -> AsyncIterator[tuple[Hands, int]]:
        """Who builds, and in how many parts: alone what is done sooner than others would have begun."""
        events = self.source.size(standing)
        done = _Count(events, self.tell)
        own = Part(connection=self.connection, source=self.source, models=self.models, done=done)
        members = None if self.tenant or events < _WORTH else self.members
        if members is None or members.count == 1:
            yield Alone(own), 1
            return
        async with Crew(own, members) as crew:
            yield crew, members.count

    async def resume(self, place: Place) -> None:
        """Go on with copies that another process made. Raises RebuildRefused."""
        await self.source.resume([copy for _, copy in await self._copies(self.connection, place)], self.tell)

    async def verify(self) -> list[Compared]:
        """How the live rows compare with those that were built; nothing is put in place and nothing left behind."""
        await self._come_near("shadow")
        async with self.connection.transaction():
            await self._catch_up(self.connection, "shadow", hold=True)
            compared = await self._compare(self.connection)
        await tables.clear(self.connection, self.models)
        return compared

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
        if place == "shadow":
            # Before anybody is kept waiting: the server may be tidying it up, and takes a second to give way.
            for model in self.models:
                await tables.discard(tx, "kept", model)
        await tables.lock(tx, self.models)
        for model in self.models:
            await tables.exchange(tx, place, model)
            if model.name in kept:
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


@dataclass(slots=True)
class _Count:
    """Tells how many events are done from how many more there are each time."""

    total: int
    tell: Tell
    done: int = 0

    def __call__(self, more: int) -> None:
        self.done += more
        self.tell(self.done, self.total)
