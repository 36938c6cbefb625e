"""A process dies between a diary and an appointment: a retry, or the keeper, finishes what it began, once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.kit.errors import StoreHeld
from services.kit.testing import NOW
from services.kit.watchdog import Progress
from services.scheduling.application import appointment_id_for, slot_for
from services.scheduling.bodies import NewAppointment
from services.scheduling.domain.appointment import RescheduleAppointment
from services.scheduling.domain.appointment_events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentRescheduled,
    Move,
    SlotClaimed,
    SlotReleased,
)
from services.scheduling.domain.diary import ClaimSlot
from services.scheduling.keeping import Keeper
from tests.integration.scheduling.conftest import A, B, Site, booking

pytestmark = pytest.mark.postgres
FOR_EVER = datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def keeper(site: Site) -> Keeper:
    return Keeper(site.pool, site.store, site.application.booking, Progress("keeper"), site.clock)


async def keep_all(keeper: Keeper) -> None:
    while await keeper.step(FOR_EVER):
        continue


def half_booked(body: dict[str, Any], key: UUID, pcn: str = A) -> ClaimSlot:
    """The claim a booking makes before its process dies."""
    asked = NewAppointment.model_validate(body)
    return ClaimSlot(
        clinician_id=asked.clinician_id,
        appointment_id=appointment_id_for(key),
        person_id=str(asked.person_id),
        slot=slot_for(key, asked.wish(backdated=False)),
        purpose=asked.meeting.arrangement,
        override_reason=asked.override_reason,
        command_id=str(key),
    )


def half_moved(first: ClaimSlot, key: UUID) -> ClaimSlot:
    """The claim a move of that appointment to two hours later makes before its process dies."""
    later = NewAppointment.model_validate(
        booking(first.person_id, starts_at=at(4), ends_at=at(5), clinician_id=first.clinician_id)
    )
    return ClaimSlot(
        clinician_id=first.clinician_id,
        appointment_id=first.appointment_id,
        person_id=first.person_id,
        slot=slot_for(key, later.wish(backdated=False)),
        purpose=Move(rescheduled_by="patient"),
        override_reason=None,
        command_id=str(key),
    )


def at(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


async def diary_of(site: Site, claim: ClaimSlot) -> list[type]:
    return [type(event) for event in await site.events(claim.stream)]


async def test_a_booking_sent_again_is_finished(site: Site) -> None:
    body, key = booking(await site.person()), uuid4()
    claim = half_booked(body, key)
    await site.application.booking.claim(A, claim, actor="a clinician")
    answer = await site.post("/appointments", body, key=str(key))
    assert (answer["id"], answer["version"]) == (claim.appointment_id, 1)
    assert await diary_of(site, claim) == [SlotClaimed]


async def test_a_booking_nobody_sends_again_is_finished_by_the_keeper(site: Site, keeper: Keeper) -> None:
    body, key = booking(await site.person(), override_reason="A joint visit."), uuid4()
    await site.post("/appointments", body)
    claim = half_booked(body, key)
    await site.application.booking.claim(A, claim, actor="a clinician")

    await keep_all(keeper)

    [recorded] = await site.store.load(A, f"appointment-{claim.appointment_id}")
    event = recorded.event
    assert isinstance(event, AppointmentBooked)
    assert (event.slot, event.overridden, event.override_reason) == (claim.slot, True, "A joint visit.")
    assert (recorded.command_id, recorded.actor) == (key, "a clinician")
    again = await site.post("/appointments", body, key=str(key))
    assert (again["id"], again["duplicate"]) == (claim.appointment_id, True)


async def test_a_move_is_finished_and_the_old_time_given_back(site: Site, keeper: Keeper) -> None:
    body, first_key, key = booking(await site.person()), uuid4(), uuid4()
    await site.post("/appointments", body, key=str(first_key))
    first = half_booked(body, first_key)
    move = half_moved(first, key)
    await site.application.booking.claim(A, move, actor="a clinician")

    await keep_all(keeper)
    await keep_all(keeper)

    [_, moved] = await site.events(f"appointment-{first.appointment_id}")
    assert isinstance(moved, AppointmentRescheduled)
    assert await diary_of(site, first) == [SlotClaimed, SlotClaimed, SlotReleased]
    state, _ = await site.application.booking.diaries.state(A, first.stream)
    assert list(state.slots) == [move.slot.slot_id]


async def test_the_time_of_a_move_that_came_too_late_is_given_back(site: Site, keeper: Keeper) -> None:
    body, first_key = booking(await site.person()), uuid4()
    answer = await site.post("/appointments", body, key=str(first_key))
    first = half_booked(body, first_key)
    await site.application.booking.claim(A, half_moved(first, uuid4()), actor="a clinician")
    await site.post(f"/appointments/{answer['id']}/cancel", {"cancelled_by": "provider"})

    await keep_all(keeper)

    events = await site.events(answer["stream"])
    assert [type(event) for event in events] == [AppointmentBooked, AppointmentCancelled]
    state, _ = await site.application.booking.diaries.state(A, first.stream)
    assert state.slots == {}


async def test_a_time_that_was_left_and_never_given_back_is(site: Site, keeper: Keeper) -> None:
    body, first_key, key = booking(await site.person()), uuid4(), uuid4()
    await site.post("/appointments", body, key=str(first_key))
    first = half_booked(body, first_key)
    parts = site.application.booking
    await parts.claim(A, half_moved(first, key), actor="test")
    diary, _ = await parts.diaries.state(A, first.stream)
    [claimed] = [claim for claim in diary.slots.values() if claim.command_id == str(key)]
    command = RescheduleAppointment(claimed=claimed, move=Move(rescheduled_by="patient"))
    await parts.appointments.handle(A, command, command_id=key, actor="test")

    await keep_all(keeper)

    assert await diary_of(site, first) == [SlotClaimed, SlotClaimed, SlotReleased]


async def test_what_is_whole_is_left_alone(site: Site, keeper: Keeper) -> None:
    body = booking(await site.person())
    answer = await site.post("/appointments", body)
    await site.post(f"/appointments/{answer['id']}/reschedule", {**times(4), "rescheduled_by": "patient"})
    await keep_all(keeper)
    head = await site.store.head()
    await keep_all(keeper)
    assert await site.store.head() == head
    assert await keeper.step(FOR_EVER) == 0


async def test_one_key_used_in_two_networks_is_two_bookings(site: Site, keeper: Keeper) -> None:
    """The ids made from it are the same; one network's finished booking must not hide the other's half of one."""
    key = uuid4()
    here, there = booking(await site.person(A)), booking(await site.person(B))
    await site.application.booking.claim(B, half_booked(there, key), actor="test")
    await site.post("/appointments", here, key=str(key))
    await keep_all(keeper)
    for pcn in (A, B):
        assert [type(event) for event in await site.events(f"appointment-{appointment_id_for(key)}", pcn)] == [
            AppointmentBooked
        ]


async def test_a_request_under_way_is_left_to_itself(site: Site, keeper: Keeper) -> None:
    await keep_all(keeper)
    body, key = booking(await site.person()), uuid4()
    claim = half_booked(body, key)
    await site.application.booking.claim(A, claim, actor="test")
    [recorded] = await site.store.load(A, claim.stream)
    before = recorded.recorded_at - timedelta(microseconds=1)
    while await keeper.step(before):
        continue
    assert await site.events(f"appointment-{claim.appointment_id}") == []


def times(hours: float) -> dict[str, str]:
    return {"starts_at": at(hours), "ends_at": at(hours + 1)}


async def test_while_the_log_takes_nothing_a_half_booking_is_not_passed_over(site: Site, keeper: Keeper) -> None:
    await keep_all(keeper)
    body, key = booking(await site.person()), uuid4()
    claim = half_booked(body, key)
    await site.application.booking.claim(A, claim, actor="test")
    async with site.pool.unscoped() as tx:
        await tx.execute("select store_hold('a test')")
    try:
        with pytest.raises(StoreHeld):
            await keeper.step(FOR_EVER)
    finally:
        async with site.pool.unscoped() as tx:
            await tx.execute("select store_open()")
    await keep_all(keeper)
    assert [type(event) for event in await site.events(f"appointment-{claim.appointment_id}")] == [AppointmentBooked]
