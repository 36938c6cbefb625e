"""What was once written must be read for ever: one stored event of each name, as it stands in a log, and what it means today."""

from typing import Any

import pytest

from services.kit.codec import Codec
from services.scheduling.domain.events import STORED_NAMES, upcast
from tests.unit.scheduling.facts import FACTS
from tests.unit.scheduling.scenarios import PERSON

CODEC = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)

# {stored name: (what is stored in clear, what is sealed)}
STORED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "person-known.v1": (
        {"person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11", "occurred_at": "2026-05-31T09:00:00Z"},
        {},
    ),
    "person-erased.v1": (
        {"person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11", "occurred_at": "2026-06-01T09:00:00Z"},
        {},
    ),
    "slot-claimed.v1": (
        {
            "clinician_id": "dr-grove",
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11",
            "slot": {"slot_id": "slot-1", "starts_at": "2026-06-01T11:00:00Z", "ends_at": "2026-06-01T11:50:00Z"},
            "purpose": {
                "referral_id": "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12",
                "consultation_mechanism": "01",
                "activity_location_type": "C01",
                "site_ods_code": "X00001",
                "interpreter_required": True,
            },
            "overridden": True,
            "command_id": "4f9d4f38-4444-4c1e-8b9e-8290e2bcac16",
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {"override_reason": "A joint visit."},
    ),
    "slot-released.v1": (
        {
            "clinician_id": "dr-grove",
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "slot_id": "slot-1",
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "appointment-booked.v1": (
        {
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11",
            "clinician_id": "dr-grove",
            "slot": {"slot_id": "slot-1", "starts_at": "2026-06-01T11:00:00Z", "ends_at": "2026-06-01T11:50:00Z"},
            "arrangement": {
                "referral_id": "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12",
                "consultation_mechanism": "01",
                "activity_location_type": "C01",
                "site_ods_code": "X00001",
                "interpreter_required": True,
            },
            "overridden": True,
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {"override_reason": "A joint visit."},
    ),
    "appointment-rescheduled.v1": (
        {
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11",
            "referral_id": "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12",
            "clinician_id": "dr-grove",
            "slot": {"slot_id": "slot-2", "starts_at": "2026-06-01T13:00:00Z", "ends_at": "2026-06-01T13:50:00Z"},
            "previous": {"slot_id": "slot-1", "starts_at": "2026-06-01T11:00:00Z", "ends_at": "2026-06-01T11:50:00Z"},
            "rescheduled_by": "patient",
            "overridden": True,
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {"override_reason": "A joint visit."},
    ),
    "appointment-cancelled.v1": (
        {
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11",
            "referral_id": "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12",
            "clinician_id": "dr-grove",
            "slot": {"slot_id": "slot-1", "starts_at": "2026-06-01T11:00:00Z", "ends_at": "2026-06-01T11:50:00Z"},
            "cancelled_by": "patient",
            "attendance_status": "2",
            "supersedes_version": 2,
            "correction_reason": "other",
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {"note": "Has a cold."},
    ),
    "appointment-attended.v1": (
        {
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11",
            "referral_id": "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12",
            "attendance_status": "5",
            "consultation_mechanism": "01",
            "activities": ["assessment", "care_plan"],
            "others_present": ["other_parent", "infant"],
            "interpreter_present": True,
            "partner_assessment_offered": False,
            "supersedes_version": 2,
            "correction_reason": "other",
            "occurred_at": "2026-06-01T11:00:00Z",
        },
        {"note": "Tearful."},
    ),
    "appointment-missed.v1": (
        {
            "appointment_id": "1c9d4f38-1111-4c1e-8b9e-8290e2bcac13",
            "person_id": "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11",
            "referral_id": "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b12",
            "attendance_status": "3",
            "supersedes_version": 2,
            "correction_reason": "other",
            "occurred_at": "2026-06-01T11:00:00Z",
        },
        {"note": "Rang twice."},
    ),
    "session-scheduled.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "session_type": "antenatal",
            "starts_at": "2026-06-08T09:00:00Z",
            "ends_at": "2026-06-08T11:00:00Z",
            "capacity": 4,
            "consultation_mechanism": "01",
            "site_ods_code": "X00001",
            "activity_location_type": "K01",
            "language": "en",
            "open_to_all": True,
            "series_id": "3e9d4f38-3333-4c1e-8b9e-8290e2bcac15",
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "session-cancelled.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "reason": "weather",
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "place-booked.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "place_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "party_size": 2,
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "place-waitlisted.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "place_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "party_size": 2,
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "place-promoted.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "place_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "party_size": 2,
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "place-cancelled.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "place_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "party_size": 2,
            "occurred_at": "2026-06-01T09:00:00Z",
        },
        {},
    ),
    "place-attended.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "place_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "people": 2,
            "consultation_mechanism": "01",
            "occurred_at": "2026-06-08T09:00:00Z",
        },
        {},
    ),
    "place-missed.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "place_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "occurred_at": "2026-06-08T09:00:00Z",
        },
        {},
    ),
    "drop-in-attended.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "drop_in_id": "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18",
            "person_id": None,
            "people": 2,
            "consultation_mechanism": "01",
            "occurred_at": "2026-06-08T09:00:00Z",
        },
        {},
    ),
    "session-held.v1": (
        {
            "group_session_id": "2d9d4f38-2222-4c1e-8b9e-8290e2bcac14",
            "families": 1,
            "participant_count": 2,
            "drop_ins": 0,
            "language": "en",
            "occurred_at": "2026-06-08T09:00:00Z",
        },
        {},
    ),
}


def test_every_stored_name_is_here() -> None:
    assert STORED.keys() == STORED_NAMES.keys()


@pytest.mark.parametrize("name", STORED)
def test_an_old_event_means_today_what_it_meant(name: str) -> None:
    data, personal = STORED[name]
    assert CODEC.decode(name, data, personal) == FACTS[name]


@pytest.mark.parametrize("name", STORED)
def test_it_is_written_like_that_still(name: str) -> None:
    data, personal = STORED[name]
    encoded = CODEC.encode(FACTS[name])
    assert (encoded.type, encoded.data, encoded.personal) == (name, data, personal)
    assert encoded.subject == (PERSON if personal else None)


def test_an_event_whose_key_is_gone_keeps_its_coded_facts() -> None:
    data, _ = STORED["appointment-attended.v1"]
    event: Any = CODEC.decode("appointment-attended.v1", data, {})
    assert (event.note, event.attendance_status) == (None, "5")
