"""Sixty-four at once: one has the time, and the session is never fuller than full."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from services.kit.record import Answer
from services.scheduling.application import build_scheduling
from services.scheduling.bodies import NewAppointment
from services.scheduling.domain.appointment_events import AppointmentBooked, SlotClaimed
from services.scheduling.domain.diary import ClinicianBusy
from services.scheduling.domain.session_events import PlaceBooked, PlaceWaitlisted
from tests.integration.scheduling.conftest import A, Site, booking

pytestmark = pytest.mark.postgres
AT_ONCE = 64


async def test_of_sixty_four_bookings_of_one_time_exactly_one_wins(site: Site) -> None:
    body = booking(await site.person())
    answers = await asyncio.gather(*(site.ask("POST", "/appointments", body) for _ in range(AT_ONCE)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: AT_ONCE - 1}
    assert {answer.json()["slug"] for answer in answers if answer.status_code == 409} == {"clinician-busy"}
    diary = await site.events(f"diary-{body['clinician_id']}-2026-06-01")
    assert [type(event) for event in diary] == [SlotClaimed]


async def test_one_booking_sent_sixty_four_times_is_one(site: Site) -> None:
    body, key = booking(await site.person()), str(uuid4())
    answers = await asyncio.gather(*(site.ask("POST", "/appointments", body, key=key) for _ in range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({(answer.json()["id"], answer.json()["position"]) for answer in answers}) == 1
    assert [type(event) for event in await site.events(answers[0].json()["stream"])] == [AppointmentBooked]


async def test_sixty_four_parties_never_overfill_a_session_and_keep_their_turns(site: Site) -> None:
    session_id = await site.session(capacity=20)
    sizes = [1 + number % 3 for number in range(AT_ONCE)]
    path = f"/group-sessions/{session_id}/places"
    answers = await asyncio.gather(*(site.ask("POST", path, {"party_size": size}) for size in sizes))
    assert {answer.status_code for answer in answers} == {201}
    facts: list[Any] = (await site.events(f"session-{session_id}"))[1:]
    booked = [fact for fact in facts if isinstance(fact, PlaceBooked)]
    assert sum(fact.party_size for fact in booked) <= 20
    assert [type(fact) for fact in facts] == [PlaceBooked] * len(booked) + [PlaceWaitlisted] * (AT_ONCE - len(booked))
    await site.caught_up(max(answer.json()["position"] for answer in answers))
    register = await site.read(f"/group-sessions/{session_id}/register")
    assert register["session"]["places_left"] == 20 - sum(fact.party_size for fact in booked) >= 0
    assert [place["place_id"] for place in register["places"]] == [fact.place_id for fact in facts]


async def test_places_taken_and_given_up_at_once_leave_nobody_too_many(site: Site) -> None:
    session_id = await site.session(capacity=8)
    path = f"/group-sessions/{session_id}/places"
    first = [await site.post(path, {"party_size": 2}) for _ in range(6)]
    await asyncio.gather(
        *(site.ask("POST", f"{path}/{place['id']}/cancel", {}) for place in first[:4]),
        *(site.ask("POST", path, {"party_size": 1}) for _ in range(20)),
    )
    state, _ = await site.application.sessions.state(A, f"session-{session_id}")
    assert state.places.people_booked == 8  # type: ignore[union-attr]
    assert state.places.next_in() == []  # type: ignore[union-attr]


async def test_two_processes_give_one_time_once(site: Site) -> None:
    """A second set of handlers takes no turns with the first: only the stream's version keeps them apart."""
    other = build_scheduling(site.store, site.application.codes, clock=site.clock)
    body = NewAppointment.model_validate(booking(await site.person()))
    outcomes = await asyncio.gather(
        *(
            scheduling.book(A, body.meeting, body.wish(backdated=False), command_id=uuid4(), actor="test")
            for scheduling in (site.application, other) * 4
        ),
        return_exceptions=True,
    )
    assert Counter(type(outcome) for outcome in outcomes) == {Answer: 1, ClinicianBusy: 7}
    diary = await site.events(f"diary-{body.clinician_id}-2026-06-01")
    assert [type(event) for event in diary] == [SlotClaimed]
