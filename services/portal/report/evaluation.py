"""The evaluation report of a network: from the events known at a moment to figures, and from figures to JSON."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from contracts.referral import PcnConfiguredV1
from services.kit.tenancy import TenantId, TenantPool
from services.portal.readmodels.evidence import EvidenceRow, known_at, london_day
from services.portal.report import known
from services.portal.report.activity import ACTIVITY, activity_events
from services.portal.report.definitions import DEFINITIONS
from services.portal.report.figures import Reach, ScoreFigures, measures, reach
from services.portal.report.tracing import Figures, nested
from services.portal.report.training import TRAINING, training_events
from services.portal.report.waits import WAITS, clocks, wait_events, wait_statistics

_DECIMALS = 3
_TYPES = (*known.REFERRALS, *known.MEASURES, *WAITS, *ACTIVITY, *TRAINING)


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
    training: dict[str, Any]
    events: Figures
    """The events behind every count, by its dotted name in the JSON."""


async def evaluate(pool: TenantPool, tenant: TenantId, first_day: date, last_day: date, as_at: datetime) -> Evaluation:
    """The report for the days `first_day` to `last_day`, both included, from what was recorded up to `as_at`."""
    async with pool.scope(tenant) as tx:
        facts = await known_at(tx, tenant, _TYPES, as_at)
    return evaluation_of(tenant, facts, first_day, last_day, as_at)


def evaluation_of(
    tenant: TenantId, facts: list[EvidenceRow], first_day: date, last_day: date, as_at: datetime
) -> Evaluation:
    """Pure: the report of these events, which are all that were known at `as_at`."""
    referrals = known.referrals(_of(facts, known.REFERRALS), first_day, last_day)
    readings = known.readings(_of(facts, known.MEASURES), first_day, last_day)
    waiting, today = clocks(_of(facts, WAITS), first_day, last_day), london_day(as_at)
    events = {
        **known.reach_events(referrals, today),
        **wait_events(waiting),
        **activity_events(_of(facts, ACTIVITY), first_day, last_day),
        **known.questionnaire_events(facts, readings),
        **training_events(_of(facts, TRAINING), first_day, last_day),
    }
    return Evaluation(
        pcn=tenant,
        pcn_name=_name(facts),
        first_day=first_day,
        last_day=last_day,
        as_at=as_at,
        reach=reach([referral.row() for referral in referrals], as_at),
        measures=measures(readings),
        questionnaires=len(events["questionnaires"]),
        risk_flags=len(events["risk_flags"]),
        waits=wait_statistics(waiting, events, today),
        activity=nested(events, "activity"),
        training=nested(events, "training"),
        events=events,
    )


def _of(facts: list[EvidenceRow], types: tuple[str, ...]) -> list[EvidenceRow]:
    wanted = frozenset(types)
    return [fact for fact in facts if fact.type in wanted]


def _name(facts: list[EvidenceRow]) -> str | None:
    """What the network was called last."""
    names = [fact.facts["name"] for fact in facts if fact.type == PcnConfiguredV1.TYPE]
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
        "measures": [_rounded(asdict(figures)) for figures in evaluation.measures],
        "questionnaires": evaluation.questionnaires,
        "risk_flags": evaluation.risk_flags,
        "training": evaluation.training,
        "definitions": DEFINITIONS,
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
