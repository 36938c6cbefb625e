"""Rebuild from the service's own log: one pass over it for all its read models."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from services.kit.codec import Codec
from services.kit.event_store import recorded
from services.kit.privacy import Privacy
from services.kit.projector import Gap
from services.kit.rebuild.copies import SQL, CannotRead, Copy, Place, note
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.heeded import heeded
from services.kit.rebuild.late import Late
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

    async def until(self, connection: Tx, models: Sequence[Model]) -> Standing:
        async with connection.transaction():
            return await self.standing(connection, models, hold=False)

    async def fill(self, connection: Tx, fold: Fold, until: Standing, tenant: TenantId | None, tell: Tell) -> None:
        """Raises Gap, CannotRead."""
        last = max(until.taken.values(), default=0)
        counted = await connection.fetchval(SQL["counted"], last)
        if counted != last:
            raise Gap(f"{counted} events up to position {last}")
        due = partial(_due, until)
        async for position, events in self._chunks(connection, (0, last), until, fold.kinds, tenant, ahead=True):
            for whose, mine in events.items():
                fold.take(whose, mine, due)
            tell(position, last)

    async def resume(self, copies: Sequence[Copy], tell: Tell) -> None:
        """Nothing: a position says it all."""

    async def follow(
        self, tx: Tx, place: Place, copies: Sequence[tuple[Model, Copy]], until: Standing, tenant: TenantId | None
    ) -> None:
        for model, copy in copies:
            name, there = model.checkpoint, model.in_schema(place)
            since, last = copy.standing.taken[name], until.taken[name]
            async for _, events in self._chunks(tx, (since, last), until, heeded(model, self.kinds), tenant):
                for whose, mine in events.items():
                    await set_tenant(tx, whose)
                    await there.apply(tx, whose, _due(until, model, mine))
            await note(tx, place, model, until.own(name))

    async def settle(self, tx: Tx, models: Sequence[Model], until: Standing) -> None:
        for model in models:
            name = model.checkpoint
            await tx.execute(SQL["drop_other_positions"], model.name, name)
            await tx.execute(SQL["set_position"], name, until.taken[name])

    async def tenants(self, connection: Tx) -> list[TenantId]:
        return [TenantId(row["tenant"]) for row in await connection.fetch(SQL["tenants"])]

    async def _chunks(
        self,
        connection: Tx,
        span: tuple[int, int],
        until: Standing,
        kinds: frozenset[type],
        tenant: TenantId | None,
        *,
        ahead: bool = False,
    ) -> AsyncIterator[tuple[int, Mapping[TenantId, Events]]]:
        """(position, the events up to there since the last chunk), between two positions.

        With `ahead` the next chunk is on its way while one is worked on; nobody else may then use the connection.
        """
        after, last = span
        left_out = frozenset(int(place.rpartition("/")[2]) + 1 for place in until.left_out)
        unheeded = [*(name for kind, name in self._codec.names.items() if kind not in kinds), RECOVERED, LOST]
        chunks = [(start, min(start + _CHUNK, last)) for start in range(after, last, _CHUNK)]
        coming: asyncio.Future[Any] | None = None
        for number, (start, end) in enumerate(chunks):
            rows = await (coming or connection.fetch(SQL["chunk"], start, end, unheeded, tenant))
            coming = None
            if ahead and number + 1 < len(chunks):
                coming = asyncio.ensure_future(connection.fetch(SQL["chunk"], *chunks[number + 1], unheeded, tenant))
                await asyncio.sleep(0)
            yield end, await self._decoded(rows, left_out)

    async def _decoded(self, rows: Sequence[Any], left_out: frozenset[int]) -> dict[TenantId, Events]:
        """Sealed fields are opened with one question to the keyring for each tenant; they are None where the key is gone."""
        grouped: dict[str, list[Any]] = {}
        for row in rows:
            grouped.setdefault(row["tenant"], []).append(row)
        return {
            TenantId(tenant): await self._open(TenantId(tenant), mine, left_out) for tenant, mine in grouped.items()
        }

    async def _open(self, tenant: TenantId, rows: Sequence[Any], left_out: frozenset[int]) -> Events:
        events: Events = []
        for row, personal in zip(rows, await self._privacy.open_all(tenant, rows), strict=True):
            try:
                events.append(_late(self._codec.decode(row["type"], row["data"], personal), tenant, row))
            except Exception as error:  # noqa: BLE001 - a stored event can be wrong in any way
                if row["position"] not in left_out:
                    # The error itself may quote what the event holds.
                    raise CannotRead(f"position {row['position']}: {type(error).__name__}") from None
        return events


def _late(event: Any, tenant: TenantId, row: Any) -> Any:
    """It answers as a `Recorded` does."""
    return Late(
        event=event,
        tenant=tenant,
        stream=row["stream"],
        version=row["version"],
        position=row["position"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        whole=partial(_whole, event, tenant, row),
    )


def _whole(event: Any, tenant: TenantId, row: Any) -> Recorded[Any]:
    return recorded(event, tenant, {**row, "meta": orjson.loads(row["meta"]), "previous": 0})


def _due(until: Standing, model: Model, events: Events) -> Events:
    """The events the live read model has applied when it stands there."""
    name = model.checkpoint
    last = until.taken[name]
    if not until.left_out and events[-1].position <= last:
        return events
    return [event for event in events if event.position <= last and _place(name, event.position) not in until.left_out]


def _place(name: str, position: int) -> str:
    """A position as an offset: the first is 0."""
    return f"{name}/{position - 1}"
