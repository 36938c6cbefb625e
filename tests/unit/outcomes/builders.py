"""Instruments, forms and facts of one person, as the tests of this service need them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from services.outcomes.domain.events import (
    EpisodeOpened,
    Form,
    MeasureCorrected,
    MeasureRecorded,
    PersonEnrolled,
    RiskFlagged,
)
from services.outcomes.domain.record import CorrectMeasure, Occasion, RecordMeasure
from services.outcomes.domain.scoring import Answer, Orientation, Result, score
from services.outcomes.library import read_library

LIBRARY = read_library()
INSTRUMENTS = LIBRARY.instruments

PERSON = "00000000-0000-4000-8000-000000000001"
REFERRAL = "00000000-0000-4000-8000-0000000000a1"
NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
EARLIER = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 20)

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
