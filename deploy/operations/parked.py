"""What stands still in an installation: see it, try it again, do without it (services/kit/parking.py)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_type_hints

from deploy.local.errors import StackError
from deploy.local.services import SERVICES, main_of
from deploy.operations.installation import Installation
from services.kit import replay as kit
from services.kit.parking import SQL, Pointer
from services.kit.replay import Place, Replayed
from services.kit.systemic import Systemic
from services.kit.tenancy import TenantId, TenantPool

if TYPE_CHECKING:
    # A whole service is loaded when one is built, not with every command.
    from services.kit.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stream that stands still: where, why, since when, and how many events of it wait, from which version on."""

    service: str
    place: Place
    reason: str
    error_type: str
    field: str | None
    parked_at: datetime
    events: int
    first_sequence: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of them; an empty part is any."""

    stream: str = ""
    service: str = ""
    consumer: str = ""
    tenant: TenantId | None = None

    def fits(self, standing: Standing) -> bool:
        place = standing.place
        return (
            self.stream in ("", place.stream)
            and self.service in ("", standing.service)
            and self.consumer in ("", place.consumer)
            and self.tenant in (None, place.tenant)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    standing: Standing
    outcome: Replayed


async def standing_still(installation: Installation, wanted: Wanted) -> list[Standing]:
    """Of every service, the oldest first."""
    found = await asyncio.gather(*(_of(installation, spec.name) for spec in SERVICES))
    everything = sorted((each for mine in found for each in mine), key=lambda each: each.parked_at)
    return [each for each in everything if wanted.fits(each)]


async def events_of(installation: Installation, standing: Standing) -> list[Pointer]:
    """What waits in a stream, in order."""
    async with _pool(installation, standing.service) as pool:
        return await kit.waiting(pool, standing.place)


async def try_again(
    installation: Installation, standing: Sequence[Standing], tell: Callable[[Standing], None]
) -> list[Tried]:
    """Each in order, with the work of this release. Raises StackError for what is not the events' fault."""
    tried = []
    for service in dict.fromkeys(each.service for each in standing):
        async with _built(installation, service) as built:
            for each in (each for each in standing if each.service == service):
                tried.append(Tried(standing=each, outcome=await _again(built, each)))
                tell(each)
    return tried


async def do_without(
    installation: Installation, standing: Standing, *, reason: str, by: str, everything: bool
) -> list[Pointer]:
    """The event it stands still at, or all that wait."""
    async with _pool(installation, standing.service) as pool:
        return await kit.discard(pool, standing.place, reason=reason, by=by, everything=everything)


async def _of(installation: Installation, service: str) -> list[Standing]:
    async with _pool(installation, service) as pool, pool.single() as tx:
        rows = await tx.fetch(SQL["overview"])
    return [_standing(service, row) for row in rows]


def _standing(service: str, row: Any) -> Standing:
    place = Place(tenant=TenantId(row["tenant"]), consumer=row["consumer"], topic=row["topic"], stream=row["stream"])
    told = ("reason", "error_type", "field", "parked_at", "events", "first_sequence")
    return Standing(service=service, place=place, **{name: row[name] for name in told})


async def _again(built: "Service", standing: Standing) -> Replayed:
    replay = built.replays.get(standing.place.consumer)
    if replay is None:
        raise StackError(f"this release has nothing called {standing.place.consumer}: it was parked by another")
    try:
        return await replay.run(standing.place)
    except (Systemic, OSError) as problem:
        raise StackError(f"{standing.place.stream} of {standing.service} stays parked: {problem}") from problem


@asynccontextmanager
async def _built(installation: Installation, service: str) -> AsyncIterator["Service"]:
    """The service as its own process builds it; none of its workers runs."""
    main = main_of(service)
    settings = get_type_hints(main.build)["settings"]
    told = {
        name: value
        for name in settings.model_fields
        if (value := installation.environments[service].get(f"PERINATAL_{name.upper()}")) is not None
    }
    built: Service = await main.build(settings(**told))
    try:
        yield built
    finally:
        await built.close()


@asynccontextmanager
async def _pool(installation: Installation, service: str) -> AsyncIterator[TenantPool]:
    pool = await TenantPool.open(installation.database(service), size=2)
    try:
        yield pool
    finally:
        await pool.close()
