"""What was once written must be read for ever: one stored event of each name, as it stands in a log, and what it means today."""

from typing import Any

import pytest

from services.kit.codec import Codec
from services.training.domain.events import STORED_NAMES, Event, upcast
from tests.unit.training.scenarios import (
    ATTENDEE,
    CONSULTATION,
    INPUT,
    PERSON,
    SESSION,
    attended,
    confident,
    consultation_logged,
    erased,
    held,
    input_logged,
    practices_noted,
    register_corrected,
    removed,
    scheduled,
)

CODEC = Codec(STORED_NAMES, subject_field="subject_id", upcast=upcast)
NOW, ENDED = "2026-06-01T09:00:00Z", "2026-05-28T14:00:00Z"

STORED: dict[str, tuple[dict[str, Any], dict[str, Any], Event]] = {
    "practices-noted.v1": (
        {
            "pcn_ods_code": "U99999",
            "practices": [{"ods_code": "X00001", "name": "Practice X00001"}],
            "occurred_at": "2026-05-01T09:00:00Z",
        },
        {},
        practices_noted(),
    ),
    "person-erased.v1": ({"person_id": PERSON, "occurred_at": NOW}, {}, erased()),
    "training-session-scheduled.v1": (
        {
            "training_session_id": SESSION,
            "course": "listening-to-families",
            "starts_at": "2026-05-28T12:00:00Z",
            "ends_at": ENDED,
            "objectives": ["ask-about-mood", "include-partners"],
            "scale": "0-10",
            "occurred_at": NOW,
        },
        {},
        scheduled(),
    ),
    "training-session-held.v1": ({"training_session_id": SESSION, "attended": 1, "occurred_at": ENDED}, {}, held()),
    "training-attended.v1": (
        {
            "training_session_id": SESSION,
            "attendee_id": ATTENDEE,
            "subject_id": ATTENDEE,
            "professional_type": "health_visitor",
            "practice_ods_code": "X00001",
            "org_ods_code": None,
            "occurred_at": ENDED,
        },
        {"full_name": "Vera Testcase"},
        attended(),
    ),
    "confidence-recorded.v1": (
        {
            "training_session_id": SESSION,
            "attendee_id": ATTENDEE,
            "objective": "ask-about-mood",
            "scale": "0-10",
            "before": 4,
            "after": None,
            "occurred_at": ENDED,
        },
        {},
        confident(4, None),
    ),
    "training-register-corrected.v1": (
        {"training_session_id": SESSION, "attended": 1, "reason": "person-forgotten", "occurred_at": NOW},
        {},
        register_corrected(),
    ),
    "training-attendance-removed.v1": (
        {"training_session_id": SESSION, "attendee_id": ATTENDEE, "attended_at": ENDED, "occurred_at": NOW},
        {},
        removed(),
    ),
    "consultation-logged.v1": (
        {
            "consultation_id": CONSULTATION,
            "subject_id": PERSON,
            "subject_kind": "named_patient",
            "person_id": PERSON,
            "topic": "low-mood",
            "duration_minutes": 25,
            "professional_type": "midwife",
            "practice_ods_code": "X00001",
            "outcome": "led_to_referral",
            "held_on": "2026-05-29",
            "occurred_at": NOW,
        },
        {"note": "Tearful since the scan."},
        consultation_logged(),
    ),
    "community-input-logged.v1": (
        {
            "input_id": INPUT,
            "subject_id": INPUT,
            "kind": "advisory-group",
            "people": 7,
            "held_on": "2026-05-29",
            "occurred_at": NOW,
        },
        {"note": "Wants evening sessions."},
        input_logged(),
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
    assert encoded.subject == (data["subject_id"] if personal else None)


def test_an_event_whose_key_is_gone_keeps_its_coded_facts() -> None:
    data, _, _ = STORED["training-attended.v1"]
    event: Any = CODEC.decode("training-attended.v1", data, {})
    assert (event.full_name, event.professional_type, event.practice_ods_code) == (None, "health_visitor", "X00001")
