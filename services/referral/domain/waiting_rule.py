"""What stops a waiting clock: the parts of a rule, each version under a name that is never given another meaning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import assert_never

from services.referral.domain.calendar import day_began, london_date
from services.referral.domain.events import ContactNoted, Fact, MeasureNoted

FIRST_CONTACT = "first_contact"
BASELINE_MEASURE = "baseline_measure"
ASSESSMENT = "assessment"
PLAN_OR_INTERVENTION = "plan_or_intervention"

PARTS = (FIRST_CONTACT, BASELINE_MEASURE, ASSESSMENT, PLAN_OR_INTERVENTION)
"""In the order they are shown and said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which facts meet which part. All four are needed; the clock stops at the latest of them."""

    version: str
    attended: frozenset[str]
    """Attendance status of who was seen."""
    direct: frozenset[str]
    """Consultation mechanisms of a direct contact."""
    assessing: frozenset[str]
    helping: frozenset[str]
    """Activities that are a plan or an intervention."""
    baseline_points: frozenset[str | None]
    """Collection points of a measure that may be a first one; None: not said."""
    baseline_days_before: int
    """A measure so many days before receipt still tells how the person was at receipt."""

    def met_by(self, fact: Fact, *, started_at: datetime) -> Mapping[str, datetime]:
        """The parts this fact meets for a clock that started then, and when. What was before the clock meets none."""
        started_on = london_date(started_at)
        match fact:
            case ContactNoted(occurred_at=at):
                parts = self._parts_of(fact) if london_date(at) >= started_on else ()
                return dict.fromkeys(parts, at)
            case MeasureNoted(completed_on=day):
                return {BASELINE_MEASURE: day_began(day)} if self._is_baseline(fact, started_on) else {}
            case _ as never:
                assert_never(never)

    def _parts_of(self, contact: ContactNoted) -> Iterable[str]:
        if contact.attendance_status not in self.attended or not _for_the_family(contact):
            return
        if contact.consultation_mechanism in self.direct:
            yield FIRST_CONTACT
        if self.assessing.intersection(contact.activities):
            yield ASSESSMENT
        if self.helping.intersection(contact.activities):
            yield PLAN_OR_INTERVENTION

    def _is_baseline(self, measure: MeasureNoted, started_on: date) -> bool:
        earliest = started_on - timedelta(days=self.baseline_days_before)
        return measure.scored and measure.collection_point in self.baseline_points and measure.completed_on >= earliest


def _for_the_family(contact: ContactNoted) -> bool:
    """A group that everybody may come to is no answer to a referral, unless the place was booked for it."""
    return contact.kind != "group" or contact.referral_id is not None


FOUR_WEEK_2024 = Rule(
    version="four-week-2024",
    attended=frozenset({"5", "6"}),
    direct=frozenset({"01", "02", "04", "11"}),
    assessing=frozenset({"assessment"}),
    helping=frozenset({"care_plan", "psychological_intervention", "psychosocial_intervention", "medication"}),
    baseline_points=frozenset({"baseline", None}),
    baseline_days_before=14,
)
"""After the NHS England four-week measure as published since 2024. Ours: two weeks back for the measure, because that is the time
the questionnaires ask about, and so a health visitor's of last week need not be asked for again."""

CURRENT = FOUR_WEEK_2024
RULES = {rule.version: rule for rule in (FOUR_WEEK_2024,)}


def rule_of(version: str) -> Rule:
    """The rule a clock is counted by. `waiting-clock-1` said only when a clock starts and is due: the next one stops it."""
    return RULES.get(version, FOUR_WEEK_2024)
