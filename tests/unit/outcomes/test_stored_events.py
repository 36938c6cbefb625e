"""What was once written must be read for ever: one stored event of each name, as it stands in a log, and what it means today."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.kit.codec import Codec
from services.outcomes.domain.events import (
    STORED_NAMES,
    EpisodeClosed,
    EpisodeOpened,
    Event,
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
    upcast,
)

CODEC = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)
PERSON = "11111111-1111-4111-8111-111111111111"
MEASURE, FLAG, GOAL = "measure-1", "flag-1", "goal-1"
CONCERN, PERIOD, REFERRAL = "concern-1", "period-1", "referral-1"
AT, NOW = "2026-06-01T09:00:00Z", datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAY, ON = "2026-05-30", date(2026, 5, 30)
WHO, WHEN = {"person_id": PERSON}, {"occurred_at": AT}

FORM_AS_STORED: dict[str, Any] = {
    "instrument": "epds",
    "instrument_version": "1987.1",
    "answers": [0, 1, None, "na", 0, 1, 2, 3, 0, 1],
    "orientation": "oriented",
    "scores": {"total": None, "anxiety": 3.0},
    "bands": {"total": None, "anxiety": "low"},
    "reason": "too-many-missing",
    "items_answered": 8,
    "complete": False,
    "flagged_items": [10],
    "completed_on": DAY,
    "collection_point": "T1",
    "gestation_weeks": 20.4,
    "infant_age_weeks": None,
}
FORM = Form(
    instrument="epds",
    instrument_version="1987.1",
    answers=(0, 1, None, "na", 0, 1, 2, 3, 0, 1),
    orientation="oriented",
    scores={"total": None, "anxiety": 3.0},
    bands={"total": None, "anxiety": "low"},
    reason="too-many-missing",
    items_answered=8,
    complete=False,
    flagged_items=(10,),
    completed_on=ON,
    collection_point="T1",
    gestation_weeks=20.4,
    infant_age_weeks=None,
)

STORED: dict[str, tuple[dict[str, Any], dict[str, Any], Event]] = {
    "person-enrolled.v1": ({**WHO, **WHEN}, {}, PersonEnrolled(person_id=PERSON, occurred_at=NOW)),
    "person-erased.v1": ({**WHO, **WHEN}, {}, PersonErased(person_id=PERSON, occurred_at=NOW)),
    "episode-opened.v1": (
        {**WHO, "referral_id": REFERRAL, "care_strand": "parent_infant", **WHEN},
        {},
        EpisodeOpened(person_id=PERSON, referral_id=REFERRAL, care_strand="parent_infant", occurred_at=NOW),
    ),
    "episode-closed.v1": (
        {**WHO, "referral_id": REFERRAL, "ended_by": "closed", "reason": "care-complete", **WHEN},
        {},
        EpisodeClosed(
            person_id=PERSON, referral_id=REFERRAL, ended_by="closed", reason="care-complete", occurred_at=NOW
        ),
    ),
    "measure-recorded.v1": (
        {"measure_id": MEASURE, **WHO, "form": FORM_AS_STORED, **WHEN},
        {},
        MeasureRecorded(measure_id=MEASURE, person_id=PERSON, form=FORM, occurred_at=NOW),
    ),
    "measure-corrected.v1": (
        {
            "measure_id": MEASURE,
            **WHO,
            "form": FORM_AS_STORED,
            "supersedes_version": 2,
            "reason_code": "wrong-answer",
            **WHEN,
        },
        {"note": "Item six was read upside down."},
        MeasureCorrected(
            measure_id=MEASURE,
            person_id=PERSON,
            form=FORM,
            supersedes_version=2,
            reason_code="wrong-answer",
            note="Item six was read upside down.",
            occurred_at=NOW,
        ),
    ),
    "risk-flagged.v1": (
        {
            "flag_id": FLAG,
            "measure_id": MEASURE,
            **WHO,
            "instrument": "epds",
            "item": 10,
            "concern": "self-harm",
            **WHEN,
        },
        {},
        RiskFlagged(
            flag_id=FLAG,
            measure_id=MEASURE,
            person_id=PERSON,
            instrument="epds",
            item=10,
            concern="self-harm",
            occurred_at=NOW,
        ),
    ),
    "risk-reviewed.v1": (
        {"flag_id": FLAG, "measure_id": MEASURE, **WHO, "outcome": "safety-plan", **WHEN},
        {"note": "Seen the same day."},
        RiskReviewed(
            flag_id=FLAG,
            measure_id=MEASURE,
            person_id=PERSON,
            outcome="safety-plan",
            note="Seen the same day.",
            occurred_at=NOW,
        ),
    ),
    "goal-set.v1": (
        {"goal_id": GOAL, **WHO, "set_on": DAY, **WHEN},
        {"wording": "To sleep when the baby sleeps."},
        GoalSet(goal_id=GOAL, person_id=PERSON, wording="To sleep when the baby sleeps.", set_on=ON, occurred_at=NOW),
    ),
    "goal-rated.v1": (
        {"goal_id": GOAL, **WHO, "rating": 4, "rated_on": DAY, **WHEN},
        {},
        GoalRated(goal_id=GOAL, person_id=PERSON, rating=4, rated_on=ON, occurred_at=NOW),
    ),
    "safeguarding-concern-opened.v1": (
        {"concern_id": CONCERN, **WHO, "level": "child-in-need", "opened_on": DAY, **WHEN},
        {"note": "Told by the health visitor."},
        SafeguardingConcernOpened(
            concern_id=CONCERN,
            person_id=PERSON,
            level="child-in-need",
            opened_on=ON,
            note="Told by the health visitor.",
            occurred_at=NOW,
        ),
    ),
    "safeguarding-level-changed.v1": (
        {"concern_id": CONCERN, **WHO, "level": "child-protection", "changed_on": DAY, **WHEN},
        {},
        SafeguardingLevelChanged(
            concern_id=CONCERN, person_id=PERSON, level="child-protection", changed_on=ON, occurred_at=NOW
        ),
    ),
    "safeguarding-concern-closed.v1": (
        {"concern_id": CONCERN, **WHO, "reason": "resolved", "closed_on": DAY, **WHEN},
        {},
        SafeguardingConcernClosed(
            concern_id=CONCERN, person_id=PERSON, reason="resolved", closed_on=ON, occurred_at=NOW
        ),
    ),
    "mha-period-started.v1": (
        {
            "period_id": PERIOD,
            **WHO,
            "legal_status": "02",
            "counts_as": "detention",
            "started_on": DAY,
            **WHEN,
        },
        {},
        MhaPeriodStarted(
            period_id=PERIOD,
            person_id=PERSON,
            legal_status="02",
            counts_as="detention",
            started_on=ON,
            occurred_at=NOW,
        ),
    ),
    "mha-period-ended.v1": (
        {"period_id": PERIOD, **WHO, "ended_on": DAY, **WHEN},
        {},
        MhaPeriodEnded(period_id=PERIOD, person_id=PERSON, ended_on=ON, occurred_at=NOW),
    ),
}


def test_every_stored_name_is_here() -> None:
    assert set(STORED) == set(STORED_NAMES)


@pytest.mark.parametrize("name", STORED)
def test_an_old_event_means_today_what_it_meant(name: str) -> None:
    data, personal, event = STORED[name]
    assert CODEC.decode(name, data, personal) == event


@pytest.mark.parametrize("name", STORED)
def test_it_is_written_like_that_still(name: str) -> None:
    data, personal, event = STORED[name]
    encoded = CODEC.encode(event)
    assert (encoded.type, encoded.data, encoded.personal) == (name, data, personal)
    assert encoded.subject == (PERSON if personal else None)


def test_an_event_whose_key_is_gone_keeps_its_coded_facts() -> None:
    data, _, _ = STORED["goal-set.v1"]
    event: Any = CODEC.decode("goal-set.v1", data, {})
    assert (event.wording, event.set_on, event.occurred_at) == (None, ON, NOW)
