"""The evaluation report of a network: from the events known at a moment to figures, and from figures to JSON."""

import asyncio
import gc
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from contracts.referral import PcnConfiguredV1
from services.kit.tenancy import TenantId, TenantPool
from services.portal.readmodels.evidence import Evidence, known_at
from services.portal.report import known
from services.portal.report.activity import activity_events
from services.portal.report.basis import TYPES, Basis, basis_of
from services.portal.report.definitions import definitions
from services.portal.report.equity import equity_events, equity_numbers
from services.portal.report.figures import Reach, ScoreFigures, figures_of, reach
from services.portal.report.quality import appointment_events, asked_events, people_events
from services.portal.report.restricted import mha_events, restricted_numbers, safeguarding_events
from services.portal.report.tracing import Figures, nested
from services.portal.report.training import community_events, training_events, training_numbers
from services.portal.report.waits import wait_events, wait_statistics
from services.portal.report.wellbeing import wellbeing_events, wellbeing_numbers

_DECIMALS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    pcn: TenantId
    pcn_name: str | None
    first_day: date
    last_day: date
    as_at: datetime
    reach: Reach
    measures: list[ScoreFigures]
    questionnaires: int
    risk_flags: int
    waits: dict[str, Any]
    activity: dict[str, Any]
    impacts: dict[str, Any]
    equity: dict[str, Any]
    data_quality: dict[str, Any]
    training: dict[str, Any]
    community: dict[str, Any]
    events: Figures
    """The events behind every count, by its dotted name in the JSON."""


async def evaluate(pool: TenantPool, tenant: TenantId, first_day: date, last_day: date, as_at: datetime) -> Evaluation:
    """The report for the days `first_day` to `last_day`, both included, from what was recorded up to `as_at`."""
    async with pool.scope(tenant) as tx:
        records = await known_at(tx, tenant, TYPES, as_at)
    # Tens of thousands of events: folded beside the event loop, so that other pages do not wait for it.
    return await asyncio.to_thread(_evaluation_of_records, tenant, records, first_day, last_day, as_at)


def _evaluation_of_records(
    tenant: TenantId, records: Sequence[Sequence[Any]], first_day: date, last_day: date, as_at: datetime
) -> Evaluation:
    # Nothing here refers to itself. Looking for cycles among so many small things took nearly half of the time.
    gc.disable()
    try:
        return evaluation_of(tenant, map(Evidence._make, records), first_day, last_day, as_at)
    finally:
        gc.enable()


def evaluation_of(
    tenant: TenantId, facts: Iterable[Evidence], first_day: date, last_day: date, as_at: datetime
) -> Evaluation:
    """Pure: the report of these events, which are all that were known at `as_at`, in the order in which they were true."""
    basis = basis_of(facts, first_day, last_day, as_at)
    events, measured = _events(basis), figures_of(basis.scores)
    return Evaluation(
        pcn=tenant,
        pcn_name=_name(basis),
        first_day=first_day,
        last_day=last_day,
        as_at=as_at,
        reach=reach([referral.row() for referral in basis.referrals], as_at),
        measures=measured,
        questionnaires=len(events["questionnaires"]),
        risk_flags=len(events["risk_flags"]),
        waits=wait_statistics(basis.waiting, events, basis.today),
        activity=nested(events, "activity"),
        impacts=_impacts(basis, events, measured),
        equity=equity_numbers(basis.groups),
        data_quality=nested(events, "data_quality"),
        training=training_numbers(events, basis.register, first_day, last_day),
        community=nested(events, "community"),
        events=events,
    )


def _events(basis: Basis) -> Figures:
    told, first, last = basis.told, basis.first, basis.last
    return {
        **known.reach_events(basis.referrals, basis.today),
        **wait_events(basis.waiting, basis.today),
        **activity_events(told["activity"], first, last),
        **known.questionnaire_events(told["measures"], basis.readings, basis.scores),
        **safeguarding_events(told["safeguarding"], first, last),
        **mha_events(told["mha"], first, last),
        **wellbeing_events(basis.wellbeing),
        **equity_events(basis.groups),
        **people_events(basis.reached["people"], basis.people),
        **asked_events(basis.seen, basis.readings, basis.scores),
        **appointment_events(told["appointments"], first, last, basis.today),
        **training_events(told["training"], basis.register, first, last),
        **community_events(told["community"], first, last),
    }


def _impacts(basis: Basis, events: Figures, measured: Sequence[ScoreFigures]) -> dict[str, Any]:
    return {
        **restricted_numbers(events),
        **{domain: wellbeing_numbers(domain, events, measured) for domain in basis.wellbeing},
    }


def _name(basis: Basis) -> str | None:
    """What the network was called last."""
    names = [fact.facts["name"] for fact in basis.told["training"] if fact.type == PcnConfiguredV1.TYPE]
    return names[-1] if names else None


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The report for programs. Numbers are rounded here, once."""
    return {
        "pcn": evaluation.pcn,
        "pcn_name": evaluation.pcn_name,
        "from": evaluation.first_day.isoformat(),
        "to": evaluation.last_day.isoformat(),
        "as_at": evaluation.as_at.isoformat(),
        "reach": _rounded(asdict(evaluation.reach)),
        "waits": _rounded(evaluation.waits),
        "activity": evaluation.activity,
        "impacts": _rounded(evaluation.impacts),
        "measures": [_rounded(asdict(figures)) for figures in evaluation.measures],
        "questionnaires": evaluation.questionnaires,
        "risk_flags": evaluation.risk_flags,
        "equity": evaluation.equity,
        "data_quality": evaluation.data_quality,
        "training": _rounded(evaluation.training),
        "community": evaluation.community,
        "definitions": definitions(),
    }


def _rounded(value: Any) -> Any:
    match value:
        case float():
            return int(value) if value.is_integer() else round(value, _DECIMALS)
        case dict():
            return {name: _rounded(part) for name, part in value.items()}
        case list() | tuple():
            return [_rounded(part) for part in value]
        case _:
            return value
