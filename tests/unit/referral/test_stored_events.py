"""What was once written must be read for ever: one stored event of each name, as it stands in a log, and what it means today."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.codec import Codec
from services.kit.testing import NOW
from services.referral.domain.events import STORED_NAMES, Event, upcast
from tests.unit.referral.clock_scenarios import advanced, breached, contact, june, measure, revised, spell, stopped
from tests.unit.referral.scenarios import (
    PERSON,
    REFERRAL,
    a_practice,
    accepted,
    closed,
    configured,
    details_changed,
    erased,
    received,
    redirected,
    registered,
    triaged,
    wait_started,
    withdrawn,
)

CODEC = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)
AT, BEFORE = "2026-06-01T09:00:00Z", "2026-05-31T14:30:00Z"
IDS = {"referral_id": REFERRAL, "person_id": PERSON}
CLOCK = {**IDS, "spell_id": REFERRAL}
DUE = {"due_on": "2026-06-28", "rule_version": "four-week-2024"}

STORED: dict[str, tuple[dict[str, Any], dict[str, Any], Event]] = {
    "pcn-configured.v1": (
        {
            "pcn_ods_code": "U99999",
            "name": "Northfield",
            "practices": [
                {"ods_code": "X00001", "name": "Practice X00001", "joined_on": "2020-07-01", "left_on": None}
            ],
            "care_strands": ["universal", "parent_infant"],
            "waiting_threshold_days": 28,
            "commissioner_ods_code": None,
            "occurred_at": AT,
        },
        {},
        configured(practices=(a_practice(joined_on=date(2020, 7, 1)),)),
    ),
    "person-registered.v1": (
        {
            "person_id": PERSON,
            "nhs_number_status": "02",
            "nhs_number_missing_reason": None,
            "practice_ods_code": "X00001",
            "ethnic_category": "K",
            "preferred_language": "bn",
            "interpreter_required": True,
            "imd_decile": 2,
            "age_band": "30-34",
            "perinatal_stage": "antenatal",
            "occurred_at": AT,
        },
        {
            "full_name": "Synthia Testcase",
            "nhs_number": "9434765919",
            "birth_date": "1994-02-03",
            "postcode": "ZZ99 3WZ",
            "telephone": "01632 960001",
            "email": "synthia@example.org",
            "external_reference": "LOCAL-17",
            "estimated_delivery_date": "2026-09-01",
        },
        registered(),
    ),
    "person-details-changed.v1": (
        {
            "person_id": PERSON,
            "nhs_number_status": "02",
            "nhs_number_missing_reason": None,
            "practice_ods_code": "X00001",
            "ethnic_category": "K",
            "preferred_language": "bn",
            "interpreter_required": True,
            "imd_decile": 2,
            "age_band": "30-34",
            "perinatal_stage": "antenatal",
            "changed": ["telephone", "access_needs"],
            "occurred_at": AT,
        },
        {
            "full_name": "Synthia Testcase",
            "nhs_number": "9434765919",
            "birth_date": "1994-02-03",
            "postcode": "ZZ99 3WZ",
            "postal_address": "1 High Street",
            "telephone": "01632 960009",
            "email": "synthia@example.org",
            "contact_preference": "9",
            "access_needs": ["easy_read", "step_free"],
            "access_note": "Ring twice.",
            "external_reference": "LOCAL-17",
            "estimated_delivery_date": "2026-09-01",
        },
        details_changed(
            "telephone",
            "access_needs",
            telephone="01632 960009",
            postal_address="1 High Street",
            contact_preference="9",
            access_needs=("easy_read", "step_free"),
            access_note="Ring twice.",
        ),
    ),
    "person-erased.v1": ({"person_id": PERSON, "reason": "person_asked", "occurred_at": AT}, {}, erased()),
    "referral-received.v1": (
        {
            **IDS,
            "source_of_referral": "A4",
            "self_referred": False,
            "referring_org_ods_code": "RXX01",
            "referring_professional_type": "midwife",
            "primary_reason": "13",
            "consultation_id": None,
            "referred_by": "a-midwife",
            "occurred_at": BEFORE,
        },
        {"note": "Low since the twenty-week scan."},
        received(referred_by="a-midwife"),
    ),
    "wait-started.v1": (
        {
            **IDS,
            "spell_id": REFERRAL,
            "due_on": "2026-06-28",
            "rule_version": "four-week-2024",
            "occurred_at": BEFORE,
            "follows_spell_id": None,
        },
        {},
        wait_started(),
    ),
    "referral-triaged.v1": (
        {**IDS, "clinical_response_priority": "2", "occurred_at": AT},
        {"note": "Call today."},
        triaged(note="Call today."),
    ),
    "referral-accepted.v1": ({**IDS, "care_strand": "parent_infant", "occurred_at": AT}, {}, accepted()),
    "referral-redirected.v1": (
        {
            **IDS,
            "reason": "more_specialist_care_needed",
            "redirected_to": "specialist_perinatal_team",
            "occurred_at": AT,
        },
        {"note": "Rang them."},
        redirected(note="Rang them."),
    ),
    "referral-withdrawn.v1": (
        {**IDS, "reason": "no_longer_needed", "withdrawn_by": "family", "occurred_at": AT},
        {"note": "She rang."},
        withdrawn(note="She rang."),
    ),
    "referral-closed.v1": (
        {**IDS, "reason": "work_completed", "occurred_at": AT},
        {"note": "Well."},
        closed(note="Well."),
    ),
    "wait-advanced.v1": (
        {
            **CLOCK,
            "part": "first_contact",
            "missing_parts": ["assessment"],
            **DUE,
            "occurred_at": "2026-06-03T10:00:00Z",
        },
        {},
        advanced("first_contact", june(3), "assessment"),
    ),
    "wait-stopped.v1": (
        {
            **CLOCK,
            "clock_started_at": BEFORE,
            "why": "complete",
            "days": 5,
            "rule_version": "four-week-2024",
            "occurred_at": "2026-06-05T10:00:00Z",
        },
        {},
        stopped(june(5), 5),
    ),
    "wait-revised.v1": (
        {
            **CLOCK,
            "parts_met": {"first_contact": "2026-06-03T10:00:00Z"},
            "missing_parts": ["baseline_measure", "assessment", "plan_or_intervention"],
            "clock_started_at": BEFORE,
            "stopped_at": None,
            "why": None,
            "days": None,
            **DUE,
            "occurred_at": AT,
        },
        {},
        revised({"first_contact": june(3)}),
    ),
    "wait-breached.v1": (
        {**CLOCK, "missing_parts": ["assessment"], **DUE, "occurred_at": "2026-06-28T23:00:00Z"},
        {},
        breached("assessment"),
    ),
    "contact-noted.v1": (
        {
            **IDS,
            "contact_id": contact().contact_id,
            "told": 2,
            "kind": "appointment",
            "attendance_status": "5",
            "consultation_mechanism": "01",
            "activities": ["assessment"],
            "occurred_at": "2026-06-03T10:00:00Z",
        },
        {},
        contact(activities=("assessment",)),
    ),
    "measure-noted.v1": (
        {
            "person_id": PERSON,
            "measure_id": measure().measure_id,
            "told": 2,
            "collection_point": "baseline",
            "scored": True,
            "completed_on": "2026-06-04",
            "occurred_at": "2026-06-04T10:00:00Z",
        },
        {},
        measure(),
    ),
    "spell-noted.v1": ({**IDS, "occurred_at": BEFORE}, {}, spell()),
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


def test_what_was_written_before_a_field_was_added_can_still_be_read() -> None:
    request, _, event = STORED["referral-received.v1"]
    old = {name: value for name, value in request.items() if name not in ("consultation_id", "referred_by")}
    personal = {"note": "Low since the twenty-week scan."}
    assert CODEC.decode("referral-received.v1", old, personal) == replace(event, referred_by=None)
    wait = {**CLOCK, "due_on": "2026-06-28", "rule_version": "waiting-clock-1", "occurred_at": BEFORE}
    assert CODEC.decode("wait-started.v1", wait, {}) == wait_started(rule_version="waiting-clock-1")


def test_an_event_whose_key_is_gone_keeps_its_coded_facts() -> None:
    data, _, _ = STORED["person-registered.v1"]
    event: Any = CODEC.decode("person-registered.v1", data, {})
    assert (event.full_name, event.birth_date, event.ethnic_category, event.occurred_at) == (None, None, "K", NOW)
