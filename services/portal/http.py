"""The API for programs: the evaluation report, and whether what was just stored can be read yet."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response

from services.kit.auth import NotAllowed
from services.kit.errors import DomainError, Kind
from services.kit.http import Pcn, Permissions, SignedIn
from services.kit.tenancy import TenantPool
from services.portal.arrival import version_seen
from services.portal.readmodels.evidence import LONDON
from services.portal.report.evaluation import Evaluation, as_json, evaluate
from services.portal.report.events import FigureUnknown, events_json
from services.portal.report.restricted import for_clinicians

permit = Permissions(
    {
        "report:read": {"clinician", "coordinator", "importer"},
        "stream:read": {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"},
    }
)

_SENSIBLE: dict[str, Any] = {"ge": date(1900, 1, 1), "le": date(2199, 12, 31)}
FirstDay = Annotated[date, Query(alias="from", **_SENSIBLE)]
LastDay = Annotated[date, Query(alias="to", **_SENSIBLE)]
_LONGEST_WAIT = 30.0
_CLINICIANS = frozenset({"clinician"})
_MAY_READ = {"restricted-": _CLINICIANS, "record-": _CLINICIANS | {"importer"}}
"""{beginning of a stream's name: who may know how far it is}; other streams are for everybody who may ask."""


class PeriodInvalid(DomainError):
    """The period must end on or after the day it begins."""

    slug = "period-invalid"
    kind = Kind.INVALID


class MomentInvalid(DomainError):
    """`as_at` is a date, or a date and time with its zone."""

    slug = "as-at-invalid"
    kind = Kind.INVALID


def moment(text: str | None, now: datetime) -> datetime:
    """`as_at` as a moment: a day means its end in England; nothing, and whatever is still to come, means now."""
    if text is None:
        return now
    try:
        if len(text) == len("2026-05-03"):
            return min(now, datetime.combine(date.fromisoformat(text), time.max, LONDON).astimezone(UTC))
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None:
            raise MomentInvalid(field="as_at")
        return min(now, parsed.astimezone(UTC))
    except (ValueError, OverflowError):
        raise MomentInvalid(field="as_at") from None


def routes(pool: TenantPool) -> APIRouter:
    router = APIRouter(prefix="/v1")
    _add_report(router, pool)
    _add_streams(router, pool)
    return router


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days `first` to `last`, both included, as they were known at `as_at`."""

    first: date
    last: date
    as_at: datetime


def _period(
    first_day: FirstDay,
    last_day: LastDay,
    as_at: Annotated[str | None, Query(max_length=40)] = None,
) -> Period:
    """Raises PeriodInvalid, MomentInvalid."""
    if last_day < first_day:
        raise PeriodInvalid(field="to")
    return Period(first=first_day, last=last_day, as_at=moment(as_at, datetime.now(UTC)))


OfPeriod = Annotated[Period, Depends(_period)]


def _add_report(router: APIRouter, pool: TenantPool) -> None:
    @router.get("/pcns/{pcn}/report", dependencies=[Depends(permit("report:read"))])
    async def report(pcn: Pcn, asked: OfPeriod) -> dict[str, Any]:
        return as_json(await evaluate(pool, pcn, asked.first, asked.last, asked.as_at))

    @router.get("/pcns/{pcn}/report/events", dependencies=[Depends(permit("report:read"))])
    async def report_events(
        pcn: Pcn, asked: OfPeriod, principal: SignedIn, figure: Annotated[str, Query(max_length=200)]
    ) -> Response:
        if for_clinicians(figure) and principal.roles.isdisjoint(_CLINICIANS):
            raise NotAllowed
        evaluation = await evaluate(pool, pcn, asked.first, asked.last, asked.as_at)
        if figure not in evaluation.events:
            raise FigureUnknown(field="figure")
        # As many as there are: tens of thousands take too long for the event loop.
        document = await asyncio.to_thread(_document, evaluation, figure)
        return Response(document, media_type="application/json")


def _document(evaluation: Evaluation, figure: str) -> bytes:
    return orjson.dumps(events_json(evaluation, figure))


def _add_streams(router: APIRouter, pool: TenantPool) -> None:
    @router.get("/pcns/{pcn}/streams/{stream}", dependencies=[Depends(permit("stream:read"))])
    async def stream_version(
        pcn: Pcn,
        stream: str,
        version: Annotated[int, Query(ge=0)] = 0,
        wait: Annotated[float, Query(ge=0, le=_LONGEST_WAIT)] = 0.0,
        *,
        principal: SignedIn,
    ) -> dict[str, int]:
        for beginning, roles in _MAY_READ.items():
            if stream.startswith(beginning) and principal.roles.isdisjoint(roles):
                # The same answer whether there is such a stream or not.
                raise NotAllowed
        return {"version": await version_seen(pool, pcn, stream, version, within=wait)}
