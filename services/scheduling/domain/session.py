"""A group session: put on the calendar, its places asked for and given up, called off or held."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.scheduling.domain.calendar import in_utc, known_by, require_times
from services.scheduling.domain.places import Place, Places, Standing
from services.scheduling.domain.register import MOST_PEOPLE, Arrival, DropIn, Register, entries, require_sensible
from services.scheduling.domain.session_commands import (
    BookPlace,
    CancelPlace,
    CancelSession,
    HoldSession,
    ScheduleSession,
    SessionCommand,
)
from services.scheduling.domain.session_events import (
    DropInAttended,
    PlaceAttended,
    PlaceBooked,
    PlaceCancelled,
    PlaceMissed,
    PlacePromoted,
    PlaceWaitlisted,
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionScheduled,
)
from services.scheduling.domain.session_refusals import (
    CapacityInvalid,
    PartySizeInvalid,
    PartyTooLarge,
    PlaceAlreadyBooked,
    PlaceUnknown,
    SessionAlreadyHeld,
    SessionAlreadyScheduled,
    SessionNotOpen,
    SessionNotStarted,
    SessionStarted,
    SessionUnknown,
    SessionWasCancelled,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotScheduled:
    """Nothing is planned under this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """To be held. `came` and `dropped_in` fill up as the register is written."""

    scheduled: SessionScheduled
    places: Places
    came: tuple[Arrival, ...] = ()
    dropped_in: tuple[DropIn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """It will not be held."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It took place."""

    register: Register


GroupSession: TypeAlias = NotScheduled | Scheduled | Cancelled | Held


def initial() -> GroupSession:
    return NotScheduled()


def evolve(state: GroupSession, event: SessionEvent) -> GroupSession:
    if isinstance(event, SessionScheduled):
        return Scheduled(scheduled=event, places=Places(capacity=event.capacity))
    if not isinstance(state, Scheduled):
        return state
    match event:
        case SessionCancelled(reason=reason):
            return Cancelled(reason=reason)
        case PlaceBooked() | PlacePromoted() | PlaceWaitlisted() | PlaceCancelled():
            return replace(state, places=state.places.put(_place(event)))
        case PlaceAttended() | PlaceMissed() | DropInAttended():
            return _on_register(state, event)
        case SessionHeld(language=language):
            return Held(register=Register(attended=state.came, drop_ins=state.dropped_in, language=language))
        case _ as never:
            assert_never(never)


STANDINGS = {
    PlaceBooked: Standing.BOOKED,
    PlacePromoted: Standing.BOOKED,
    PlaceWaitlisted: Standing.WAITLISTED,
    PlaceCancelled: Standing.CANCELLED,
}


def _place(event: PlaceBooked | PlacePromoted | PlaceWaitlisted | PlaceCancelled) -> Place:
    return Place(
        place_id=event.place_id,
        person_id=event.person_id,
        party_size=event.party_size,
        standing=STANDINGS[type(event)],
    )


def _on_register(state: Scheduled, event: PlaceAttended | PlaceMissed | DropInAttended) -> Scheduled:
    match event:
        case PlaceAttended(place_id=place_id, people=people):
            return replace(state, came=(*state.came, Arrival(place_id=place_id, people=people)))
        case DropInAttended(people=people, person_id=person_id):
            return replace(state, dropped_in=(*state.dropped_in, DropIn(people=people, person_id=person_id)))
        case PlaceMissed():
            return state
        case _ as never:
            assert_never(never)


def stream_of(group_session_id: str) -> str:
    return f"session-{group_session_id}"


def decide(command: SessionCommand, state: GroupSession, *, now: datetime) -> list[SessionEvent]:
    """Raises the refusals of `schedule`, `cancel`, `book`, `give_up` and `hold`."""
    match command:
        case ScheduleSession():
            return schedule(command, state, now)
        case CancelSession():
            return cancel(command, state, now)
        case BookPlace():
            return book(command, state, now)
        case CancelPlace():
            return give_up(command, state, now)
        case HoldSession():
            return hold(command, state, now)
        case _ as never:
            assert_never(never)


def schedule(command: ScheduleSession, state: GroupSession, now: datetime) -> list[SessionEvent]:
    """Raises SessionAlreadyScheduled, CapacityInvalid, and as `require_times`."""
    plan = command.plan
    if not isinstance(state, NotScheduled):
        raise SessionAlreadyScheduled
    require_times(plan.starts_at, plan.ends_at, now=now, backdated=command.backdated)
    if not 1 <= plan.capacity <= MOST_PEOPLE:
        raise CapacityInvalid(field="capacity")
    scheduled = SessionScheduled(
        group_session_id=command.group_session_id,
        session_type=plan.session_type,
        starts_at=in_utc(plan.starts_at),
        ends_at=in_utc(plan.ends_at),
        capacity=plan.capacity,
        consultation_mechanism=plan.consultation_mechanism,
        site_ods_code=plan.site_ods_code,
        activity_location_type=plan.activity_location_type,
        language=plan.language,
        open_to_all=plan.open_to_all,
        series_id=plan.series_id,
        occurred_at=known_by(now, plan.starts_at),
    )
    return [scheduled]


def cancel(command: CancelSession, state: GroupSession, now: datetime) -> list[SessionEvent]:
    """The same reason again changes nothing. Raises SessionUnknown, SessionWasCancelled, SessionAlreadyHeld."""
    if isinstance(state, Cancelled) and state.reason == command.reason:
        return []
    current = require_scheduled(state)
    return [
        SessionCancelled(
            group_session_id=command.group_session_id,
            reason=command.reason,
            occurred_at=known_by(now, current.scheduled.starts_at),
        )
    ]


def book(command: BookPlace, state: GroupSession, now: datetime) -> list[SessionEvent]:
    """A place, or a place on the waiting list. Raises the refusals of `_require_bookable` and of `require_scheduled`."""
    current = require_scheduled(state)
    _require_bookable(command, current, now)
    fact = PlaceBooked if current.places.may_be_booked(command.party_size) else PlaceWaitlisted
    return [
        fact(
            group_session_id=command.group_session_id,
            place_id=command.place_id,
            person_id=command.person_id,
            party_size=command.party_size,
            occurred_at=known_by(now, current.scheduled.starts_at),
        )
    ]


def give_up(command: CancelPlace, state: GroupSession, now: datetime) -> list[SessionEvent]:
    """Once; whoever fits in is promoted with it. Raises PlaceUnknown, SessionStarted, and as `require_scheduled`."""
    current = require_scheduled(state)
    place = current.places.by_id.get(command.place_id)
    if place is None:
        raise PlaceUnknown(field="place_id")
    if place.standing is Standing.CANCELLED:
        return []
    _require_not_started(current, now, backdated=command.backdated)
    after = current.places.put(replace(place, standing=Standing.CANCELLED))
    at = known_by(now, current.scheduled.starts_at)
    cancelled: SessionEvent = _of_place(PlaceCancelled, place, command.group_session_id, at)
    return [cancelled, *(_of_place(PlacePromoted, each, command.group_session_id, at) for each in after.next_in())]


def hold(command: HoldSession, state: GroupSession, now: datetime) -> list[SessionEvent]:
    """The same register again changes nothing. Raises SessionNotStarted, and as `require_sensible`, `require_scheduled`."""
    if isinstance(state, Held) and state.register.says_the_same_as(command.register):
        return []
    current = require_scheduled(state)
    if now < current.scheduled.starts_at:
        raise SessionNotStarted
    require_sensible(command.register, current.places)
    return list(entries(command.register, current.places, current.scheduled))


def require_scheduled(state: GroupSession) -> Scheduled:
    """The session while it is to come, or its register is to be written.

    Raises SessionUnknown, SessionWasCancelled, SessionAlreadyHeld.
    """
    match state:
        case NotScheduled():
            raise SessionUnknown
        case Scheduled():
            return state
        case Cancelled():
            raise SessionWasCancelled
        case Held():
            raise SessionAlreadyHeld
        case _ as never:
            assert_never(never)


def _require_bookable(command: BookPlace, current: Scheduled, now: datetime) -> None:
    """Raises PartySizeInvalid, SessionNotOpen, SessionStarted, PartyTooLarge, PlaceAlreadyBooked."""
    if command.party_size < 1:
        raise PartySizeInvalid(field="party_size")
    if command.by_family and not current.scheduled.open_to_all:
        raise SessionNotOpen
    _require_not_started(current, now, backdated=command.backdated)
    if command.party_size > current.scheduled.capacity:
        raise PartyTooLarge(field="party_size")
    if current.places.has_place_of(command.person_id):
        raise PlaceAlreadyBooked(field="person_id")


def _require_not_started(current: Scheduled, now: datetime, *, backdated: bool) -> None:
    if now >= current.scheduled.starts_at and not backdated:
        raise SessionStarted


def _of_place(
    fact: type[PlaceCancelled] | type[PlacePromoted], place: Place, group_session_id: str, at: datetime
) -> PlaceCancelled | PlacePromoted:
    return fact(
        group_session_id=group_session_id,
        place_id=place.place_id,
        person_id=place.person_id,
        party_size=place.party_size,
        occurred_at=at,
    )
