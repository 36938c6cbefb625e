"""Given what happened, when somebody asks, then the answer, the new facts and what can be read."""

from typing import Any
from uuid import uuid4

import pytest

from services.training.domain.events import (
    ConfidenceRecorded,
    TrainingAttended,
    TrainingSessionHeld,
    TrainingSessionScheduled,
)
from tests.integration.training.conftest import CONSULTATION, INPUT, PLAN, VISITOR, A, B, Site

pytestmark = pytest.mark.postgres

PERSON = "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b11"


CONFIDENCE = [
    {"objective": "ask-about-mood", "before": 2, "after": 4},
    {"objective": "include-partners", "before": None, "after": 5},
]
REGISTER = {
    "attendees": [
        {**VISITOR, "confidence": CONFIDENCE},
        {"professional_type": "receptionist", "org_ods_code": "RXX01"},
    ]
}


async def test_a_planned_session_is_shown_without_a_register(site: Site) -> None:
    planned = await site.session(await site.plan())
    assert (planned["held_at"], planned["attended"], planned["register"]) == (None, 0, [])
    assert (planned["course"], planned["objectives"], planned["scale"]) == (
        "listening-to-families",
        ["ask-about-mood", "include-partners"],
        "1-5",
    )


async def test_a_held_session_is_shown_with_its_register(site: Site) -> None:
    session_id = await site.plan()
    path = f"/pcns/{A}/training-sessions/{session_id}/hold"
    await site.done("POST", path, REGISTER, role="coordinator")
    shown = await site.session(session_id)
    assert (shown["held_at"], shown["attended"]) == ("2026-05-28T14:00:00Z", 2)
    vera, other = shown["register"]
    assert (vera["full_name"], vera["practice_ods_code"], vera["confidence"]) == (
        "Vera Testcase",
        "X00001",
        CONFIDENCE,
    )
    assert (other["full_name"], other["org_ods_code"], other["confidence"]) == (None, "RXX01", [])


async def test_a_register_is_a_fact_for_each_who_attended_and_each_answer(site: Site) -> None:
    session_id = await site.plan()
    done = await site.done("POST", f"/pcns/{A}/training-sessions/{session_id}/hold", REGISTER)
    assert (done["id"], done["stream"], done["version"]) == (session_id, f"training-session-{session_id}", 6)
    assert [type(event) for event in await site.events(done["stream"])] == [
        TrainingSessionScheduled,
        TrainingSessionHeld,
        TrainingAttended,
        ConfidenceRecorded,
        ConfidenceRecorded,
        TrainingAttended,
    ]


async def test_somebody_who_attended_before_is_linked_and_keeps_their_name(site: Site) -> None:
    [first] = await site.train(VISITOR)
    linked = {"attendee_id": first, "professional_type": "health_visitor", "practice_ods_code": "X00002"}

    session_id = await site.plan()
    done = await site.done("POST", f"/pcns/{A}/training-sessions/{session_id}/hold", {"attendees": [linked]})

    [again] = (await site.session(session_id))["register"]
    assert (again["attendee_id"], again["full_name"]) == (first, "Vera Testcase")
    assert done["version"] == 3


async def test_the_same_name_twice_is_two_people(site: Site) -> None:
    one, other = await site.train(VISITOR, VISITOR)
    assert one != other


async def test_coverage_counts_people_and_shows_practices_without_any(site: Site) -> None:
    before = await covered(site, "2025-03-01")
    earlier = {"starts_at": "2025-02-10T12:00:00Z", "ends_at": "2025-02-10T14:00:00Z"}
    [first, _] = await site.train(
        {**VISITOR, "practice_ods_code": "X00003"}, {"professional_type": "midwife"}, **earlier
    )
    again = {"attendee_id": first, "professional_type": "health_visitor", "practice_ods_code": "X00003"}
    await site.train(again, **earlier)

    assert before == {"X00001": 0, "X00002": 0, "X00003": 0}
    assert await covered(site, "2025-03-01") == {"X00001": 0, "X00002": 0, "X00003": 1}
    assert (await covered(site, "2025-02-09"))["X00003"] == 0
    assert (await covered(site, "2026-02-09"))["X00003"] == 1
    assert (await covered(site, "2026-02-10"))["X00003"] == 0


async def test_coverage_says_which_days_and_which_practices(site: Site) -> None:
    told = await site.done("GET", f"/pcns/{B}/coverage", role="coordinator", pcns=[B])
    assert told == {
        "first_day": "2025-06-02",
        "as_at": "2026-06-01",
        "covered": 0,
        "practices": [
            {"practice_ods_code": "X00009", "name": "Practice X00009", "trained": 0, "last_trained_at": None}
        ],
    }


async def test_consultations_of_every_kind_are_logged_and_listed_without_their_notes(site: Site) -> None:
    named = {
        **CONSULTATION,
        "subject_kind": "named_patient",
        "person_id": PERSON,
        "held_on": "2026-05-31",
        "outcome": "led_to_referral",
        "note": "Tearful.",
    }
    about_her = await site.done("POST", f"/pcns/{A}/consultations", named, role="clinician")
    case = {**CONSULTATION, "subject_kind": "anonymous_case", "held_on": "2026-05-30", "note": "A family in a hostel."}
    about_a_case = await site.done("POST", f"/pcns/{A}/consultations", case)
    in_general = await site.done("POST", f"/pcns/{A}/consultations", CONSULTATION, role="coordinator")

    made = {about_her["id"], about_a_case["id"], in_general["id"]}
    listed = await site.done("GET", f"/pcns/{A}/consultations")
    log = [row for row in listed if row["consultation_id"] in made]
    assert [row["consultation_id"] for row in log] == [about_her["id"], about_a_case["id"], in_general["id"]]
    assert [(row["subject_kind"], row["person_id"]) for row in log] == [
        ("named_patient", PERSON),
        ("anonymous_case", None),
        ("general", None),
    ]
    assert all("note" not in row for row in log)
    assert await note_of(site, about_her["id"]) == "Tearful."
    assert await note_of(site, about_a_case["id"]) == "A family in a hostel."
    assert await note_of(site, in_general["id"]) is None


async def test_a_contribution_of_families_is_logged_and_listed_without_its_note(site: Site) -> None:
    done = await site.done("POST", f"/pcns/{A}/community-input", {**INPUT, "note": "Evenings, please."})
    assert done["stream"] == f"community-input-{done['id']}"
    listed = await site.done("GET", f"/pcns/{A}/community-input", role="clinician")
    [shown] = [row for row in listed if row["input_id"] == done["id"]]
    assert shown == {**INPUT, "input_id": done["id"], "logged_at": "2026-06-01T09:00:00Z"}
    opened = await site.done("GET", f"/pcns/{A}/community-input/{done['id']}", role="coordinator")
    assert opened == {**shown, "note": "Evenings, please."}


@pytest.mark.parametrize(
    ("path", "body"), [("training-sessions", PLAN), ("consultations", CONSULTATION), ("community-input", INPUT)]
)
async def test_a_command_sent_again_has_one_effect_and_the_same_answer(
    site: Site, path: str, body: dict[str, Any]
) -> None:
    key = str(uuid4())
    first = await site.done("POST", f"/pcns/{A}/{path}", body, key=key)
    again = await site.done("POST", f"/pcns/{A}/{path}", body, key=key)
    assert again == {**first, "duplicate": True}
    assert len(await site.events(first["stream"])) == 1


async def test_a_register_sent_again_has_one_effect_and_the_same_answer(site: Site) -> None:
    path, key = f"/pcns/{A}/training-sessions/{await site.plan()}/hold", str(uuid4())
    first = await site.done("POST", path, {"attendees": [VISITOR]}, key=key)
    again = await site.done("POST", path, {"attendees": [VISITOR]}, key=key)
    assert again == {**first, "duplicate": True}
    assert len(await site.events(first["stream"])) == 3


async def test_the_code_lists_are_there_for_every_form(site: Site) -> None:
    lists = await site.done("GET", "/code-lists", role="referrer")
    assert [code["code"] for code in lists["confidence_scale"]["codes"]] == ["0-10", "1-5"]
    assert {"course", "objective", "consultation_topic", "subject_kind", "community_input_kind"} <= lists.keys()


async def covered(site: Site, as_at: str) -> dict[str, int]:
    """How many of each practice were trained."""
    told = await site.done("GET", f"/pcns/{A}/coverage?as_at={as_at}")
    return {row["practice_ods_code"]: row["trained"] for row in told["practices"]}


async def note_of(site: Site, consultation_id: str) -> str | None:
    row = await site.done("GET", f"/pcns/{A}/consultations/{consultation_id}", role="clinician")
    assert row["consultation_id"] == consultation_id
    note: str | None = row["note"]
    return note
