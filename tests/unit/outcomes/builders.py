"""Instruments, forms and facts of one person, as the tests of this service need them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from services.outcomes.domain.events import (
    EpisodeClosed,
    EpisodeOpened,
    Form,
    GoalRated,
    GoalSet,
    MeasureCorrected,
    MeasureRecorded,
    MhaPeriodEnded,
    MhaPeriodStarted,
    PersonEnrolled,
    PersonErased,
    RiskFlagged,
    RiskReviewed,
    SafeguardingConcernClosed,
    SafeguardingConcernOpened,
    SafeguardingLevelChanged,
)
from services.outcomes.domain.measures import CorrectMeasure, Occasion, RecordMeasure
from services.outcomes.domain.scoring import Answer, Orientation, Result, score
from services.outcomes.library import read_library

LIBRARY = read_library()
INSTRUMENTS = LIBRARY.instruments

PERSON = "00000000-0000-4000-8000-000000000001"
REFERRAL = "00000000-0000-4000-8000-0000000000a1"
FLAG = "00000000-0000-4000-8000-0000000000f1"
GOAL = "00000000-0000-4000-8000-0000000000d1"
CONCERN = "00000000-0000-4000-8000-0000000000c1"
PERIOD = "00000000-0000-4000-8000-0000000000e1"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
EARLIER = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 20)
TODAY = date(2026, 6, 1)
TOMORROW = date(2026, 6, 2)
LONG_AGO = date(1999, 12, 31)

CALM = (0, 2, 1, 0, 0, 1, 3, 0, 0, 0)
"""An EPDS of 7 that flags nothing."""
AT_RISK = (0, 2, 1, 0, 0, 1, 3, 0, 0, 1)
"""The same with item 10 answered: 8 and a flag."""


def answers(text: str) -> list[Answer]:
    """`1,,na` as a form would be typed in."""
    words = [word.strip() for word in text.split(",")]
    return ["na" if word == "na" else int(word) if word else None for word in words]


def scored(code: str, given: Sequence[Answer] | str, orientation: Orientation = Orientation.ORIENTED) -> Result:
    return score(INSTRUMENTS[code], answers(given) if isinstance(given, str) else given, orientation)


def a_record_command(given: Sequence[Answer] = CALM, *, code: str = "epds", **occasion: Any) -> RecordMeasure:
    return RecordMeasure(
        person_id=PERSON,
        result=scored(code, given),
        orientation=Orientation.ORIENTED,
        occasion=Occasion(**{"completed_on": DAY, "collection_point": "baseline", **occasion}),
    )


MEASURE = a_record_command().measure_id


def a_correct_command(given: Sequence[Answer] = AT_RISK, **changed: Any) -> CorrectMeasure:
    said = {"reason_code": "entry-error", "note": "read from the paper form", "measure_id": MEASURE, "code": "epds"}
    said |= changed
    code = said.pop("code")
    return CorrectMeasure(person_id=PERSON, result=scored(code, given), orientation=Orientation.ORIENTED, **said)


def a_form(given: Sequence[Answer] = CALM, **changed: Any) -> Form:
    """The stored form of an EPDS filled in on DAY at baseline."""
    total = float(sum(value for value in given if isinstance(value, int)))
    whole = {
        "instrument": "epds",
        "instrument_version": "1",
        "answers": tuple(given),
        "orientation": "oriented",
        "scores": {"total": total},
        "bands": {"total": "unlikely"},
        "reason": None,
        "items_answered": 10,
        "complete": True,
        "flagged_items": () if given[9] in (0, None) else (10,),
        "completed_on": DAY,
        "collection_point": "baseline",
        "gestation_weeks": None,
        "infant_age_weeks": None,
    }
    return Form(**{**whole, **changed})


def enrolled() -> PersonEnrolled:
    return PersonEnrolled(person_id=PERSON, occurred_at=EARLIER)


def erased() -> PersonErased:
    return PersonErased(person_id=PERSON, occurred_at=NOW)


def opened() -> EpisodeOpened:
    return EpisodeOpened(person_id=PERSON, referral_id=REFERRAL, care_strand="parent_infant", occurred_at=EARLIER)


def recorded(form: Form | None = None, *, measure_id: str = MEASURE, at: datetime = NOW) -> MeasureRecorded:
    return MeasureRecorded(measure_id=measure_id, person_id=PERSON, form=form or a_form(), occurred_at=at)


def corrected(form: Form | None = None, *, supersedes: int = 2, at: datetime = NOW, **changed: Any) -> MeasureCorrected:
    said = {"measure_id": MEASURE, "reason_code": "entry-error", "note": "read from the paper form"}
    return MeasureCorrected(
        person_id=PERSON,
        form=form or a_form(AT_RISK),
        supersedes_version=supersedes,
        occurred_at=at,
        **{**said, **changed},
    )


def flagged(flag_id: str, *, item: int = 10, at: datetime = NOW, **changed: Any) -> RiskFlagged:
    said = {"measure_id": MEASURE, "instrument": "epds", "concern": "self-harm"}
    return RiskFlagged(flag_id=flag_id, person_id=PERSON, item=item, occurred_at=at, **{**said, **changed})


def closed(**changed: Any) -> EpisodeClosed:
    said = {"referral_id": REFERRAL, "ended_by": "closed", "reason": "treatment-completed", "occurred_at": NOW}
    return EpisodeClosed(person_id=PERSON, **{**said, **changed})


def reviewed(flag_id: str = FLAG, **changed: Any) -> RiskReviewed:
    said = {
        "measure_id": MEASURE,
        "outcome": "safety-plan-agreed",
        "note": "spoke on the telephone",
        "occurred_at": NOW,
    }
    return RiskReviewed(flag_id=flag_id, person_id=PERSON, **{**said, **changed})


def goal_set(**changed: Any) -> GoalSet:
    said = {"goal_id": GOAL, "wording": "to sleep five hours", "set_on": DAY, "occurred_at": NOW}
    return GoalSet(person_id=PERSON, **{**said, **changed})


def goal_rated(rating: int = 3, **changed: Any) -> GoalRated:
    said = {"goal_id": GOAL, "rated_on": DAY, "occurred_at": NOW}
    return GoalRated(person_id=PERSON, rating=rating, **{**said, **changed})


def concern_opened(**changed: Any) -> SafeguardingConcernOpened:
    said = {"level": "concern-raised", "opened_on": DAY, "note": "heard at the door", "occurred_at": NOW}
    return SafeguardingConcernOpened(person_id=PERSON, **{"concern_id": CONCERN, **said, **changed})


def level_changed(level: str = "early-help", **changed: Any) -> SafeguardingLevelChanged:
    said = {"concern_id": CONCERN, "changed_on": DAY, "occurred_at": NOW}
    return SafeguardingLevelChanged(person_id=PERSON, level=level, **{**said, **changed})


def concern_closed(**changed: Any) -> SafeguardingConcernClosed:
    said = {"concern_id": CONCERN, "reason": "no-longer-at-risk", "closed_on": TODAY, "occurred_at": NOW}
    return SafeguardingConcernClosed(person_id=PERSON, **{**said, **changed})


def period_started(**changed: Any) -> MhaPeriodStarted:
    said = {"period_id": PERIOD, "legal_status": "02", "counts_as": "detention", "started_on": DAY, "occurred_at": NOW}
    return MhaPeriodStarted(person_id=PERSON, **{**said, **changed})


def period_ended(**changed: Any) -> MhaPeriodEnded:
    return MhaPeriodEnded(person_id=PERSON, **{"period_id": PERIOD, "ended_on": TODAY, "occurred_at": NOW, **changed})
