"""What happened. Nothing here is ever renamed or removed; a changed fact is a new class and a new stored name."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from services.kit.personal import Personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A filled-in questionnaire and what it came to.

    `answers` are oriented points, an entry for each item; None: not answered, "na": the form's own "not applicable".
    `orientation` is how they were entered: "oriented" or "position". `flagged_items` are numbers on the form.
    `gestation_weeks` and `infant_age_weeks` hold on the day it was completed.
    """

    instrument: str
    instrument_version: str
    answers: tuple[int | Literal["na"] | None, ...]
    orientation: str
    scores: dict[str, float | None]
    bands: dict[str, str | None]
    reason: str | None
    items_answered: int
    complete: bool
    flagged_items: tuple[int, ...]
    completed_on: date
    collection_point: str | None
    gestation_weeks: float | None
    infant_age_weeks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEnrolled:
    """A registered person may have measures recorded from now on."""

    person_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased:
    """The person was erased: their key is destroyed, and nothing more is recorded of them but how their care ended."""

    person_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeOpened:
    """The person was accepted to a strand of care."""

    person_id: str
    referral_id: str
    care_strand: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeClosed:
    """The person's referral came to its end, and with it the episode of care, if it had one.

    `ended_by` is how: "closed", "withdrawn" or "redirected"; `reason` is the referral service's code.
    """

    person_id: str
    referral_id: str
    ended_by: str
    reason: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRecorded:
    """A filled-in questionnaire was recorded."""

    measure_id: str
    person_id: str
    form: Form
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCorrected:
    """A recorded measure was wrong and this takes its place. Nothing is edited: the earlier fact stays in the stream.

    `supersedes_version` is the stream's version of the event this one replaces.
    """

    measure_id: str
    person_id: str
    form: Form
    supersedes_version: int
    reason_code: str
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFlagged:
    """An answer to a risk item calls for a clinician's eyes, whatever the total."""

    flag_id: str
    measure_id: str
    person_id: str
    instrument: str
    item: int
    concern: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReviewed:
    """A clinician looked at a risk flag. `outcome` is a code; the note is theirs and sealed."""

    flag_id: str
    measure_id: str
    person_id: str
    outcome: str
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalSet:
    """A person named a goal, in their own words. A goal that is changed is another goal."""

    goal_id: str
    person_id: str
    wording: Personal[str]
    set_on: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRated:
    """A person said how far they have come towards a goal, 0 to 10. The last rating of a day is that day's."""

    goal_id: str
    person_id: str
    rating: int
    rated_on: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeguardingConcernOpened:
    """Somebody is worried about the safety of a person or a child. `level` is a code; the note is sealed."""

    concern_id: str
    person_id: str
    level: str
    opened_on: date
    note: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeguardingLevelChanged:
    """The concern is at this level from `changed_on`."""

    concern_id: str
    person_id: str
    level: str
    changed_on: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeguardingConcernClosed:
    """The concern is over. `reason` is a code."""

    concern_id: str
    person_id: str
    reason: str
    closed_on: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MhaPeriodStarted:
    """A period under a legal status of the Mental Health Act began.

    `counts_as` is what the status counted as when it was written down: "detention", "short-term-order", "guardianship";
    None: none of them.
    """

    period_id: str
    person_id: str
    legal_status: str
    counts_as: str | None
    started_on: date
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MhaPeriodEnded:
    """The period ended on this day; the next one may begin on it."""

    period_id: str
    person_id: str
    ended_on: date
    occurred_at: datetime


RecordEvent: TypeAlias = (
    PersonEnrolled
    | PersonErased
    | EpisodeOpened
    | EpisodeClosed
    | MeasureRecorded
    | MeasureCorrected
    | RiskFlagged
    | RiskReviewed
    | GoalSet
    | GoalRated
)
RestrictedEvent: TypeAlias = (
    SafeguardingConcernOpened | SafeguardingLevelChanged | SafeguardingConcernClosed | MhaPeriodStarted | MhaPeriodEnded
)
Event: TypeAlias = RecordEvent | RestrictedEvent

STORED_NAMES: dict[str, type[Event]] = {
    "person-enrolled.v1": PersonEnrolled,
    "person-erased.v1": PersonErased,
    "episode-opened.v1": EpisodeOpened,
    "episode-closed.v1": EpisodeClosed,
    "measure-recorded.v1": MeasureRecorded,
    "measure-corrected.v1": MeasureCorrected,
    "risk-flagged.v1": RiskFlagged,
    "risk-reviewed.v1": RiskReviewed,
    "goal-set.v1": GoalSet,
    "goal-rated.v1": GoalRated,
    "safeguarding-concern-opened.v1": SafeguardingConcernOpened,
    "safeguarding-level-changed.v1": SafeguardingLevelChanged,
    "safeguarding-concern-closed.v1": SafeguardingConcernClosed,
    "mha-period-started.v1": MhaPeriodStarted,
    "mha-period-ended.v1": MhaPeriodEnded,
}


def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An old stored event in today's form. Every stored name is still the first, so nothing changes yet."""
    return name, data
