"""How clocks run, referrals end, flags are reviewed, goals are rated; and what only clinicians may see. No id is anybody's."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.outcomes import (
    GoalRatedV1,
    GoalSetV1,
    MhaPeriodEndedV1,
    MhaPeriodStartedV1,
    RiskReviewedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
    SafeguardingLevelChangedV1,
)
from contracts.referral import (
    ReferralClosedV1,
    ReferralRedirectedV1,
    ReferralWithdrawnV1,
    WaitAdvancedV1,
    WaitBreachedV1,
    WaitStoppedV1,
)
from services.portal.readmodels.waits import PARTS
from tests.unit.portal.scenarios import CONCERN, CORRECTED, DUE, FLAG, GOAL, PERIOD, PERSON, RECEIVED, REFERRAL

SEEN = datetime(2026, 5, 14, 8, 30, tzinfo=UTC)
RULE = "four-week-1"
DAY = date(2026, 5, 11)


def _wait(referral_id: str, **changes: Any) -> dict[str, Any]:
    facts = {"referral_id": referral_id, "person_id": PERSON, "spell_id": referral_id, "rule_version": RULE}
    return facts | changes


def advanced(part: str = "first_contact", referral_id: str = REFERRAL, **changes: Any) -> WaitAdvancedV1:
    missing = [each for each in PARTS if each != part]
    facts = {"part": part, "part_at": SEEN, "missing_parts": missing, "due_on": DUE}
    return WaitAdvancedV1(**_wait(referral_id, **(facts | changes)))


def stopped(referral_id: str = REFERRAL, **changes: Any) -> WaitStoppedV1:
    facts = {"clock_started_at": RECEIVED, "clock_stopped_at": SEEN, "days": 10, "why": "complete"}
    return WaitStoppedV1(**_wait(referral_id, **(facts | changes)))


def breached(referral_id: str = REFERRAL, **changes: Any) -> WaitBreachedV1:
    facts = {"due_on": DUE, "missing_parts": list(PARTS), "breached_at": datetime(2026, 6, 1, 23, 0, tzinfo=UTC)}
    return WaitBreachedV1(**_wait(referral_id, **(facts | changes)))


def redirected(referral_id: str = REFERRAL, **changes: Any) -> ReferralRedirectedV1:
    facts = {"reason": "better_met_elsewhere", "redirected_to": "maternity", "redirected_at": SEEN}
    return ReferralRedirectedV1(referral_id=referral_id, person_id=PERSON, **(facts | changes))


def withdrawn(referral_id: str = REFERRAL) -> ReferralWithdrawnV1:
    return ReferralWithdrawnV1(
        referral_id=referral_id,
        person_id=PERSON,
        reason="no_longer_needed",
        withdrawn_by="family",
        withdrawn_at=SEEN,
    )


def closed(referral_id: str = REFERRAL) -> ReferralClosedV1:
    return ReferralClosedV1(referral_id=referral_id, person_id=PERSON, reason="work_completed", closed_at=SEEN)


def reviewed() -> RiskReviewedV1:
    return RiskReviewedV1(flag_id=FLAG, person_id=PERSON, outcome="safety-plan-agreed", reviewed_at=CORRECTED)


def goal_set() -> GoalSetV1:
    return GoalSetV1(goal_id=GOAL, person_id=PERSON, set_on=DAY)


def goal_rated(rating: int, day: date = DAY) -> GoalRatedV1:
    return GoalRatedV1(goal_id=GOAL, person_id=PERSON, rating=rating, rated_on=day)


def concern_opened() -> SafeguardingConcernOpenedV1:
    return SafeguardingConcernOpenedV1(concern_id=CONCERN, person_id=PERSON, level="early-help", opened_on=DAY)


def level_changed() -> SafeguardingLevelChangedV1:
    later = DAY + timedelta(days=7)
    return SafeguardingLevelChangedV1(concern_id=CONCERN, person_id=PERSON, level="child-in-need", changed_on=later)


def concern_closed() -> SafeguardingConcernClosedV1:
    later = DAY + timedelta(days=9)
    return SafeguardingConcernClosedV1(
        concern_id=CONCERN, person_id=PERSON, reason="no-longer-at-risk", closed_on=later
    )


def period_started() -> MhaPeriodStartedV1:
    return MhaPeriodStartedV1(
        period_id=PERIOD, person_id=PERSON, legal_status="02", counts_as="detention", started_on=DAY
    )


def period_ended() -> MhaPeriodEndedV1:
    return MhaPeriodEndedV1(period_id=PERIOD, person_id=PERSON, ended_on=DAY + timedelta(days=3))
