"""What the service does not do: named, with the field, and nothing stored."""

from typing import Any
from uuid import uuid4

import pytest

from services.training.http import ROUTES
from tests.integration.sites import problem
from tests.integration.training.conftest import CONSULTATION, INPUT, PLAN, VISITOR, A, B, Site

pytestmark = pytest.mark.postgres

STRANGER = "00000000-0000-4000-8000-000000000000"
STRANGERS = dict.fromkeys(("training_session_id", "consultation_id", "input_id", "person_id"), STRANGER)
SESSIONS, CONSULTATIONS, INPUTS = (
    f"/pcns/{A}/{name}" for name in ("training-sessions", "consultations", "community-input")
)
PCN_ROUTES = [
    (method, route.path.removeprefix("/v1"))
    for route in ROUTES.routes
    for method in route.methods
    if "{pcn}" in route.path
]
SOON = {"starts_at": "2026-06-01T09:00:01Z", "ends_at": "2026-06-01T10:00:00Z"}


def changed(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**body, **changes}


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    (SESSIONS, changed(PLAN, ends_at=PLAN["starts_at"]), "end-before-start", "ends_at"),
    (
        SESSIONS,
        changed(PLAN, starts_at="1999-12-31T23:59:59Z"),
        "training-session-times-out-of-range",
        "starts_at",
    ),
    (SESSIONS, changed(PLAN, objectives=[]), "objectives-missing", "objectives"),
    (SESSIONS, changed(PLAN, objectives=["juggling"]), "code-unknown", "objectives"),
    (SESSIONS, changed(PLAN, course="<b>juggling</b>"), "code-unknown", "course"),
    (SESSIONS, changed(PLAN, scale="0-100"), "code-unknown", "scale"),
    (CONSULTATIONS, changed(CONSULTATION, duration_minutes=0), "duration-out-of-range", "duration_minutes"),
    (CONSULTATIONS, changed(CONSULTATION, subject_kind="named_patient"), "consultation-person-missing", "person_id"),
    (CONSULTATIONS, changed(CONSULTATION, person_id=STRANGER), "consultation-person-not-named", "person_id"),
    (CONSULTATIONS, changed(CONSULTATION, practice_ods_code="X00009"), "practice-unknown", "practice_ods_code"),
    (CONSULTATIONS, changed(CONSULTATION, held_on="2026-06-02"), "held-in-future", "held_on"),
    (CONSULTATIONS, changed(CONSULTATION, topic="gossip"), "code-unknown", "topic"),
    (CONSULTATIONS, changed(CONSULTATION, outcome="none"), "code-unknown", "outcome"),
    (CONSULTATIONS, changed(CONSULTATION, subject_kind="rumour"), "code-unknown", "subject_kind"),
    (CONSULTATIONS, changed(CONSULTATION, professional_type="juggler"), "code-unknown", "professional_type"),
    (INPUTS, changed(INPUT, people=0), "people-out-of-range", "people"),
    (INPUTS, changed(INPUT, kind="applause"), "code-unknown", "kind"),
]


@pytest.mark.parametrize(("path", "body", "slug", "field"), REFUSED)
async def test_a_command_that_cannot_be_is_refused_and_nothing_is_stored(
    site: Site, path: str, body: dict[str, Any], slug: str, field: str
) -> None:
    before = await site.store.head()
    told = problem(await site.ask("POST", path, body))
    assert (told["slug"], told["field"]) == (slug, field)
    assert await site.store.head() == before


@pytest.mark.parametrize(
    ("attendees", "slug", "field"),
    [
        ([], "attendees-missing", "attendees"),
        ([VISITOR, changed(VISITOR, practice_ods_code="X00009")], "practice-unknown", "attendees.1.practice_ods_code"),
        ([changed(VISITOR, professional_type="juggler")], "code-unknown", "attendees.0.professional_type"),
        ([changed(VISITOR, attendee_id=STRANGER)], "attendee-unknown", "attendees.0.attendee_id"),
        (
            [changed(VISITOR, confidence=[{"objective": "ask-about-mood", "after": 6}])],
            "rating-out-of-scale",
            "attendees.0.confidence.0.after",
        ),
        (
            [changed(VISITOR, confidence=[{"objective": "ask-about-mood"}])],
            "confidence-unanswered",
            "attendees.0.confidence.0.before",
        ),
        (
            [changed(VISITOR, confidence=[{"objective": "recognise-distress", "after": 5}])],
            "objective-not-of-session",
            "attendees.0.confidence.0.objective",
        ),
    ],
)
async def test_a_register_that_cannot_be_is_refused_whole(
    site: Site, attendees: list[dict[str, Any]], slug: str, field: str
) -> None:
    session_id = await site.plan()
    told = problem(await site.ask("POST", f"{SESSIONS}/{session_id}/hold", {"attendees": attendees}))
    assert (told["slug"], told["field"]) == (slug, field)
    assert len(await site.events(f"training-session-{session_id}")) == 1


async def test_somebody_who_attended_is_not_on_a_register_twice(site: Site) -> None:
    [attendee_id] = await site.train(VISITOR)
    linked = changed(VISITOR, attendee_id=attendee_id)
    answer = await site.ask("POST", f"{SESSIONS}/{await site.plan()}/hold", {"attendees": [linked, linked]})
    assert problem(answer)["slug"] == "attendee-repeated"


async def test_a_register_is_taken_once_of_a_session_that_began(site: Site) -> None:
    register = {"attendees": [VISITOR]}
    soon = await site.plan(**SOON)
    early = await site.ask("POST", f"{SESSIONS}/{soon}/hold", register)
    assert problem(early) == {"status": 409, "slug": "training-session-not-begun"}

    session_id = await site.plan()
    await site.done("POST", f"{SESSIONS}/{session_id}/hold", register)
    again = await site.ask("POST", f"{SESSIONS}/{session_id}/hold", register)
    assert problem(again) == {"status": 409, "slug": "training-session-already-held"}

    nowhere = await site.ask("POST", f"{SESSIONS}/{STRANGER}/hold", register)
    assert problem(nowhere) == {"status": 404, "slug": "training-session-unknown"}


@pytest.mark.parametrize("as_at", ["2026-06-02", "0001-01-01", "9999-12-31"])
async def test_coverage_is_not_told_for_a_day_to_come_or_long_ago(site: Site, as_at: str) -> None:
    told = problem(await site.ask("GET", f"/pcns/{A}/coverage?as_at={as_at}"))
    assert told == {"status": 422, "slug": "as-at-out-of-range", "field": "as_at"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (SESSIONS, changed(PLAN, starts_at="2026-05-28T12:00:00")),
        (SESSIONS, changed(PLAN, capacity=12)),
        (CONSULTATIONS, changed(CONSULTATION, duration_minutes="25")),
        (CONSULTATIONS, changed(CONSULTATION, note="x" * 10_001)),
        (CONSULTATIONS, changed(CONSULTATION, practice_ods_code="<script>")),
        (INPUTS, changed(INPUT, held_on="yesterday")),
    ],
)
async def test_a_body_in_another_form_is_refused(site: Site, path: str, body: dict[str, Any]) -> None:
    assert problem(await site.ask("POST", path, body)) == {"status": 422, "slug": "request-invalid"}


async def test_a_day_in_another_form_is_refused(site: Site) -> None:
    answer = await site.ask("GET", f"/pcns/{A}/coverage?as_at=1780000000")
    assert problem(answer) == {"status": 422, "slug": "request-invalid"}


async def test_a_text_of_ten_megabytes_is_refused(site: Site) -> None:
    answer = await site.ask("POST", CONSULTATIONS, changed(CONSULTATION, note="x" * 10_000_000))
    assert problem(answer)["slug"] == "too-large"


async def test_a_command_without_a_proper_key_is_refused(site: Site) -> None:
    answer = await site.ask("POST", INPUTS, INPUT, key="seventeen")
    assert problem(answer)["slug"] == "idempotency-key-missing"


async def test_a_key_used_for_something_else_is_refused(site: Site) -> None:
    key = str(uuid4())
    await site.done("POST", INPUTS, INPUT, key=key)
    answer = await site.ask("POST", CONSULTATIONS, CONSULTATION, key=key)
    assert problem(answer)["slug"] == "command-id-reused"


@pytest.mark.parametrize(("method", "path"), PCN_ROUTES)
async def test_another_network_is_none_of_ones_business(site: Site, method: str, path: str) -> None:
    path = path.format(pcn=A, **STRANGERS)
    for role in ("training-lead", "coordinator", "clinician"):
        assert problem(await site.ask(method, path, {}, role=role, pcns=[B]))["slug"] == "not-allowed"


@pytest.mark.parametrize(("method", "path"), PCN_ROUTES)
@pytest.mark.parametrize("role", ["referrer", "operator", "importer", "public"])
async def test_who_is_not_of_the_team_is_not_let_in(site: Site, method: str, path: str, role: str) -> None:
    path = path.format(pcn=A, **STRANGERS)
    assert problem(await site.ask(method, path, {}, role=role, pcns=["*"]))["slug"] == "not-allowed"


@pytest.mark.parametrize("role", ["training-lead", "coordinator"])
async def test_a_note_is_for_clinicians(site: Site, role: str) -> None:
    done = await site.done("POST", CONSULTATIONS, changed(CONSULTATION, note="For clinicians."))
    path = f"{CONSULTATIONS}/{done['id']}"
    assert problem(await site.ask("GET", path, role=role))["slug"] == "not-allowed"
    assert (await site.ask("GET", path, role="clinician")).json()["note"] == "For clinicians."


async def test_what_is_of_another_network_is_not_there(site: Site) -> None:
    """With a role in both networks, one network's rows do not show in the other."""
    consulted = await site.done("POST", CONSULTATIONS, changed(CONSULTATION, note="Here."), role="clinician")
    contributed = await site.done("POST", INPUTS, changed(INPUT, note="Here."))
    [attendee_id] = await site.train(VISITOR)
    both = {"role": "clinician", "pcns": [A, B]}

    assert await site.done("GET", f"/pcns/{B}/training-sessions", **both) == []
    assert await site.done("GET", f"/pcns/{B}/consultations", **both) == []
    assert await site.done("GET", f"/pcns/{B}/community-input", **both) == []
    one = await site.ask("GET", f"/pcns/{B}/consultations/{consulted['id']}", **both)
    assert problem(one) == {"status": 404, "slug": "consultation-unknown"}
    one = await site.ask("GET", f"/pcns/{B}/community-input/{contributed['id']}", **both)
    assert problem(one) == {"status": 404, "slug": "community-input-unknown"}

    there = await site.plan(B)
    linked = {"attendee_id": attendee_id, "professional_type": "midwife"}
    answer = await site.ask("POST", f"/pcns/{B}/training-sessions/{there}/hold", {"attendees": [linked]}, pcns=[B])
    assert problem(answer)["slug"] == "attendee-unknown"
