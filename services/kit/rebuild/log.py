"""Rebuild from the service's own log: one pass over it for all its read models."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from services.kit.codec import Codec
from services.kit.privacy import Privacy
from services.kit.projector import Gap
from services.kit.rebuild.copies import SQL, Copy, Place, note
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.heeded import heeded
from services.kit.rebuild.source import Tell
from services.kit.rebuild.standing import Standing
from services.kit.record import LOST, RECOVERED, Recorded
from services.kit.tenancy import TenantId, Tx, set_tenant

_CHUNK = 10_000
"""Positions read at once."""

Events = list[Recorded[Any]]


class Log:
    """The events of one service, read as the owner of its database, so every tenant's."""

    def __init__(self, codec: Codec[Any], privacy: Privacy) -> None:
        self._codec = codec
        self._privacy = privacy

    @property
    def kinds(self) -> Iterable[type]:
        return self._codec.names

    async def standing(self, tx: Tx, models: Sequence[Model], *, hold: bool) -> Standing:
        """A version that is not live yet stands at the head."""
        taken: dict[str, int] = {}
        left_out: set[str] = set()
        for model in models:
            name = model.checkpoint
            position = await tx.fetchval(SQL["hold_position" if hold else "position"], name)
            taken[name] = await tx.fetchval(SQL["head"]) if position is None else position
            left_out |= {_place(name, row["record_offset"]) for row in await tx.fetch(SQL["left_out"], name)}
        return Standing(taken=taken, left_out=frozenset(left_out))

    async def standing_of(self, tx: Tx, model: Model, version: int, standing: Standing) -> Standing:
        """The newer one may have taken the checkpoint's place already; the older one's is where it was left."""
        return await self.standing(tx, [replace(model, version=version)], hold=True)

    async def fold(self, connection: Tx, fold: Fold, tenant: TenantId | None, tell: Tell) -> Standing:
        async with connection.transaction():
            until = await self.standing(connection, fold.models, hold=False)
        last = max(until.taken.values(), default=0)
        counted = await connection.fetchval(SQL["counted"], 0, last)
        if counted != last:
            raise Gap(f"{counted} events up to position {last}")
        async for position, events in self._chunks(connection, (0, last), fold.kinds, tenant, ahead=True):
            for whose, mine in events.items():
                for model in fold.models:
                    fold.take(model, whose, _due(model, mine, until))
            tell(position, last)
        return until

    async def resume(self, copies: Sequence[Copy], tell: Tell) -> None:
        """Nothing: a position says it all."""

    async def follow(
        self, tx: Tx, place: Place, copies: Sequence[tuple[Model, Copy]], until: Standing, tenant: TenantId | None
    ) -> None:
        for model, copy in copies:
            name, there = model.checkpoint, model.in_schema(place)
            since, last = copy.standing.taken[name], until.taken[name]
            async for _, events in self._chunks(tx, (since, last), heeded(model, self.kinds), tenant):
                for whose, mine in events.items():
                    await set_tenant(tx, whose)
                    await there.apply(tx, whose, _due(model, mine, until))
            await note(tx, place, model, until.own(name))

    async def settle(self, tx: Tx, models: Sequence[Model], until: Standing) -> None:
        for model in models:
            name = model.checkpoint
            await tx.execute(SQL["drop_other_positions"], model.name, name)
            await tx.execute(SQL["set_position"], name, until.taken[name])

    async def tenants(self, connection: Tx) -> list[TenantId]:
        rows = await connection.fetch(SQL["tenants"], await connection.fetchval(SQL["head"]))
        return [TenantId(row["tenant"]) for row in rows]

    async def _chunks(
        self,
        connection: Tx,
        span: tuple[int, int],
        kinds: frozenset[type],
        tenant: TenantId | None,
        *,
        ahead: bool = False,
    ) -> AsyncIterator[tuple[int, Mapping[TenantId, Events]]]:
        """(position, the events up to there since the last chunk), between two positions.

        With `ahead` the next chunk is on its way while one is worked on; nobody else may then use the connection.
        """
        after, last = span
        unheeded = [*(name for kind, name in self._codec.names.items() if kind not in kinds), RECOVERED, LOST]
        whose = None if tenant is None else [tenant]
        chunks = [(start, min(start + _CHUNK, last)) for start in range(after, last, _CHUNK)]
        coming: asyncio.Future[Any] | None = None
        for number, (start, end) in enumerate(chunks):
            rows = await (coming or connection.fetch(SQL["chunk"], start, end, unheeded, whose))
            coming = None
            if ahead and number + 1 < len(chunks):
                coming = asyncio.ensure_future(connection.fetch(SQL["chunk"], *chunks[number + 1], unheeded, whose))
                await asyncio.sleep(0)
            yield end, await self._decoded(rows)

    async def _decoded(self, rows: Sequence[Any]) -> dict[TenantId, Events]:
        """Sealed fields are opened with one question to the keyring for each tenant; they are None where the key is gone."""
        grouped: dict[TenantId, list[Any]] = {}
        for row in rows:
            grouped.setdefault(row["tenant"], []).append(row)
        return {TenantId(tenant): await self._open(TenantId(tenant), mine) for tenant, mine in grouped.items()}

    async def _open(self, tenant: TenantId, rows: Sequence[Any]) -> Events:
        opened = await self._privacy.open_all(tenant, rows)
        decode = self._codec.decode
        return [
            _recorded(decode(row["type"], row["data"], personal), tenant, row)
            for row, personal in zip(rows, opened, strict=True)
        ]


def _recorded(event: Any, tenant: TenantId, row: Any) -> Recorded[Any]:
    """As `event_store.recorded`, from a row whose `meta` the database has taken apart: it is quicker at that."""
    return Recorded(
        event=event,
        tenant=tenant,
        stream=row["stream"],
        version=row["version"],
        position=row["position"],
        type=row["type"],
        event_id=row["id"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        actor=row["actor"],
        command_id=row["command_id"],
        causation_id=row["causation_id"],
        traceparent=row["traceparent"],
    )


def _due(model: Model, events: Events, until: Standing) -> Events:
    """The events the live read model has applied when it stands there."""
    name = model.checkpoint
    last = until.taken[name]
    if not until.left_out and events[-1].position <= last:
        return events
    return [event for event in events if event.position <= last and _place(name, event.position) not in until.left_out]


def _place(name: str, position: int) -> str:
    """A position as an offset: the first is 0."""
    return f"{name}/{position - 1}"
