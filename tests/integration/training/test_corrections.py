"""A register that was taken is corrected, somebody who attended before is known again, and nobody is counted twice."""

from dataclasses import replace
from typing import Any

import pytest

from services.kit.testing import ProjectionCase, record
from services.training.projections.attendances import ATTENDANCES
from services.training.projections.training_sessions import TRAINING_SESSIONS
from tests.integration.sites import problem
from tests.integration.training.conftest import VISITOR, A, B, Site
from tests.unit.training.scenarios import (
    COLLEAGUE,
    SESSION,
    a_colleague,
    attended,
    confident,
    held,
    register_corrected,
    removed,
    scheduled,
)

pytestmark = pytest.mark.postgres

MOOD = {"objective": "ask-about-mood", "before": 2, "after": 4}


async def taken(site: Site, *attendees: Any, **changes: Any) -> tuple[str, list[Any]]:
    """A session that was held, and its register."""
    session_id = await site.plan(**changes)
    await site.done("POST", f"/pcns/{A}/training-sessions/{session_id}/hold", {"attendees": list(attendees)})
    return session_id, (await site.done("GET", f"/pcns/{A}/training-sessions/{session_id}"))["register"]


def correcting(session_id: str) -> str:
    return f"/pcns/{A}/training-sessions/{session_id}/register/correct"


async def test_a_register_is_corrected_as_it_should_have_been(site: Site) -> None:
    midwife = {"professional_type": "midwife", "full_name": "Mia Testcase"}
    session_id, (vera, mia) = await taken(site, {**VISITOR, "confidence": [MOOD]}, midwife)
    again = {"attendee_id": vera["attendee_id"], "professional_type": "health_visitor", "practice_ods_code": "X00002"}
    new = {"professional_type": "receptionist", "full_name": "Rob Testcase"}
    body = {"reason": "person-not-there", "attendees": [{**again, "confidence": [{**MOOD, "after": 5}]}, new]}

    done = await site.done("POST", correcting(session_id), body, role="coordinator")

    shown = await site.done("GET", f"/pcns/{A}/training-sessions/{session_id}")
    first, second = shown["register"]
    assert (done["stream"], shown["attended"]) == (f"training-session-{session_id}", 2)
    assert (first["full_name"], first["practice_ods_code"]) == ("Vera Testcase", "X00002")
    assert first["confidence"] == [{"objective": "ask-about-mood", "before": 2, "after": 5}]
    assert (second["full_name"], second["attendee_id"] == mia["attendee_id"]) == ("Rob Testcase", False)


async def test_who_gave_another_name_since_keeps_the_one_on_this_register(site: Site) -> None:
    session_id, (vera,) = await taken(site, VISITOR)
    linked = {**VISITOR, "attendee_id": vera["attendee_id"]}
    next_day = {"starts_at": "2026-05-29T12:00:00Z", "ends_at": "2026-05-29T14:00:00Z"}
    await site.train({**linked, "full_name": "Vera Newname"}, **next_day)
    unsaid = {name: value for name, value in linked.items() if name != "full_name"}
    await site.done("POST", correcting(session_id), {"reason": "person-forgotten", "attendees": [unsaid]})
    assert len(await site.events(f"training-session-{session_id}")) == 3
    midwife = {"professional_type": "midwife"}
    await site.done("POST", correcting(session_id), {"reason": "person-forgotten", "attendees": [unsaid, midwife]})
    names = [line["full_name"] for line in (await site.session(session_id))["register"]]
    assert names == ["Vera Testcase", None]


async def test_the_same_command_again_has_one_effect(site: Site) -> None:
    session_id, (vera,) = await taken(site, VISITOR)
    linked = {"attendee_id": vera["attendee_id"], "professional_type": "midwife"}
    body = {"reason": "details-entered-wrongly", "attendees": [linked]}
    key = "0b6f7f0e-7d53-4a7c-9a34-0d7f3d3d6c11"
    first = await site.done("POST", correcting(session_id), body, key=key)
    again = await site.done("POST", correcting(session_id), body, key=key)
    assert (again["id"], again["version"]) == (first["id"], first["version"])


@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"reason": "because", "attendees": [VISITOR]}, {"status": 422, "slug": "code-unknown", "field": "reason"}),
        (
            {"reason": "person-forgotten", "attendees": []},
            {"status": 422, "slug": "attendees-missing", "field": "attendees"},
        ),
    ],
)
async def test_a_correction_that_makes_no_sense_is_refused(site: Site, body: Any, refused: dict[str, Any]) -> None:
    session_id, _ = await taken(site, VISITOR)
    assert problem(await site.ask("POST", correcting(session_id), body)) == refused


async def test_a_register_that_was_not_taken_is_not_corrected(site: Site) -> None:
    session_id = await site.plan()
    body = {"reason": "person-forgotten", "attendees": [VISITOR]}
    refused = problem(await site.ask("POST", correcting(session_id), body))
    assert refused["slug"] == "training-session-not-held"
    assert problem(await site.ask("GET", f"/pcns/{B}/training-sessions/{session_id}", pcns=[B]))["status"] == 404


async def test_somebody_is_known_again_once_with_their_name_and_last_place(site: Site) -> None:
    earlier = {"starts_at": "2026-05-01T12:00:00Z", "ends_at": "2026-05-01T14:00:00Z"}
    [first] = await site.train({**VISITOR, "full_name": "Known Testcase"}, **earlier)
    linked = {"attendee_id": first, "professional_type": "midwife", "practice_ods_code": "X00002"}
    await site.train(linked)

    known = await site.done("GET", f"/pcns/{A}/attendees")

    [again] = [each for each in known if each["attendee_id"] == first]
    assert (again["full_name"], again["professional_type"], again["practice_ods_code"], again["sessions"]) == (
        "Known Testcase",
        "midwife",
        "X00002",
        2,
    )
    assert first not in str(await site.done("GET", f"/pcns/{B}/attendees", pcns=[B]))
    assert (await site.ask("GET", f"/pcns/{A}/attendees", role="clinician")).status_code == 403


async def test_rows_after_a_correction_are_those_of_the_register_as_it_is(site: Site) -> None:
    stream = f"training-session-{SESSION}"
    told = [
        scheduled(),
        held(2),
        attended(),
        confident(4, 8),
        a_colleague(),
        register_corrected(1),
        removed(COLLEAGUE),
        attended(practice_ods_code="X00002"),
        confident(None, None),
        confident(5, 8),
    ]
    events = [record(event, stream=stream, version=version) for version, event in enumerate(told, start=1)]
    sessions = TRAINING_SESSIONS.fold({}, events)
    [row] = [each for each in sessions.values() if each]
    [vera] = row.register
    assert (row.attended, vera.practice_ods_code) == (1, "X00002")
    assert [(pair.before, pair.after) for pair in vera.confidence] == [(5, 8)]
    await ProjectionCase(TRAINING_SESSIONS).given(*events).then_stored(site.pool, row)
    attendance = ATTENDANCES.evolve(None, events[2])
    assert attendance is not None
    kept = replace(attendance, practice_ods_code="X00002")
    await ProjectionCase(ATTENDANCES).given(*events).then_stored(site.pool, kept)
