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
class EpisodeOpened:
    """The person was accepted to a strand of care."""

    person_id: str
    referral_id: str
    care_strand: str
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


RecordEvent: TypeAlias = PersonEnrolled | EpisodeOpened | MeasureRecorded | MeasureCorrected | RiskFlagged

STORED_NAMES: dict[str, type[RecordEvent]] = {
    "person-enrolled.v1": PersonEnrolled,
    "episode-opened.v1": EpisodeOpened,
    "measure-recorded.v1": MeasureRecorded,
    "measure-corrected.v1": MeasureCorrected,
    "risk-flagged.v1": RiskFlagged,
}


def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An old stored event in today's form. Every stored name is still the first, so nothing changes yet."""
    return name, data
