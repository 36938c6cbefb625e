"""The evaluation report of a network: from the read models to figures, and from figures to JSON."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from services.kit.tenancy import TenantId, TenantPool
from services.portal.readmodels.measures import readings_between
from services.portal.readmodels.pcns import pcn
from services.portal.readmodels.referrals import received_between
from services.portal.readmodels.risk_flags import count_for_measures
from services.portal.report.figures import Reach, ScoreFigures, measures, reach

_DECIMALS = 3

DEFINITIONS = {
    "reach": "Referrals received on a day of the period, as they were known at the moment of the report. "
    "People counts each person once. Accepted counts those of them that were accepted by then.",
    "waits": "Days from the start of the clock (receipt of the referral) to the day of the report, for every referral of "
    "the period. The clock does not stop yet: first contacts and assessments are not part of this report.",
    "first": "Each person's earliest valid score in the period, by the day the questionnaire was completed.",
    "last": "The latest valid score of each person who has two or more in the period.",
    "pairs": "People with a first and a last score under the same version of the instrument. Change is last minus first; "
    "the 95 % interval is Student's t. There is no comparison group: change is not the effect of the service alone.",
    "sd": "Sample standard deviation.",
    "at_or_above": "How many of the scores are at or above the threshold.",
    "risk_flags": "Flags raised by a self-harm item of a questionnaire completed in the period, whatever its total.",
    "corrections": "A corrected questionnaire counts with what was known at the moment of the report.",
}


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


async def evaluate(pool: TenantPool, tenant: TenantId, first_day: date, last_day: date, as_at: datetime) -> Evaluation:
    """The report for the days `first_day` to `last_day`, both included, from what was recorded up to `as_at`."""
    async with pool.scope(tenant) as tx:
        network = await pcn(tx, tenant)
        referrals = await received_between(tx, tenant, first_day, last_day, as_at)
        readings = await readings_between(tx, tenant, first_day, last_day, as_at)
        flags = await count_for_measures(tx, tenant, [reading.measure_id for reading in readings], as_at)
    return Evaluation(
        pcn=tenant,
        pcn_name=network.name if network else None,
        first_day=first_day,
        last_day=last_day,
        as_at=as_at,
        reach=reach(referrals, as_at),
        measures=measures(readings),
        questionnaires=len(readings),
        risk_flags=flags,
    )


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The report for programs. Numbers are rounded here, once."""
    return {
        "pcn": evaluation.pcn,
        "pcn_name": evaluation.pcn_name,
        "from": evaluation.first_day.isoformat(),
        "to": evaluation.last_day.isoformat(),
        "as_at": evaluation.as_at.isoformat(),
        "reach": _rounded(asdict(evaluation.reach)),
        "measures": [_rounded(asdict(figures)) for figures in evaluation.measures],
        "questionnaires": evaluation.questionnaires,
        "risk_flags": evaluation.risk_flags,
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
