"""Group sessions, their places and registers in words. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.portal.names import Names
from services.portal.readmodels.group_sessions import Filled, GroupSessionRow
from services.portal.readmodels.people import PersonRow
from services.portal.readmodels.places import PlaceRow
from services.portal.web.moments import day_in_words, span_in_words, weekday_in_words
from services.portal.web.presenters.clock import Tag
from services.portal.web.presenters.people import Fact, Who, needs, who
from services.portal.web.words import word

WITH_A_PLACE = frozenset({"booked", "promoted", "attended", "missed"})
WAITING = frozenset({"waitlisted"})
_ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """One session in a list, for staff or for families."""

    group_session_id: str
    title: str
    day: str
    time: str
    where: str | None
    language: str | None
    """None for English."""
    open_to_all: bool
    booked: str
    waiting: str | None
    room: int
    capacity: int
    status: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """One family on a register."""

    place_id: str
    who: Who | None
    """None: a family nobody has registered."""
    needs: str | None
    party_size: int
    status: Tag
    came: str
    asked: str

    @property
    def name(self) -> str:
        return self.who.name if self.who else "A family without a name here"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterWords:
    with_a_place: list[RegisterLine]
    waiting: list[RegisterLine]
    gave_up: list[RegisterLine]

    @property
    def expected(self) -> list[RegisterLine]:
        """Who may be put down as having come."""
        return [*self.with_a_place, *self.waiting]


def session_lines(sessions: Sequence[Filled], now: datetime) -> list[SessionLine]:
    return [session_line(each, now) for each in sessions]


def session_line(filled: Filled, now: datetime) -> SessionLine:
    row = filled.session
    capacity = row.capacity or 0
    return SessionLine(
        group_session_id=row.group_session_id,
        title=word("session_type", row.session_type),
        day=weekday_in_words(row.starts_at),
        time=span_in_words(row.starts_at, row.ends_at),
        where=session_place(row),
        language=word("preferred_language", row.language) if row.language != _ENGLISH else None,
        open_to_all=bool(row.open_to_all),
        booked=f"{filled.people_booked} of {capacity}",
        waiting=_families(filled.families_waiting) if filled.families_waiting else None,
        room=filled.room,
        capacity=capacity,
        status=_status(filled, now),
    )


def _status(filled: Filled, now: datetime) -> Tag:
    row = filled.session
    match row.status:
        case "cancelled":
            return Tag("Cancelled", "grey")
        case "held":
            return Tag("Held", "green")
        case _ if row.starts_at and row.starts_at <= now:
            return Tag("Register to fill in", "red")
        case _:
            return Tag("Full", "orange") if filled.room == 0 else Tag("Places free", "blue")


def session_place(row: GroupSessionRow) -> str | None:
    place = word("activity_location_type", row.activity_location_type) if row.activity_location_type else None
    return ", ".join(part for part in (place, row.site_ods_code) if part) or None


def _families(count: int) -> str:
    return "1 family waiting" if count == 1 else f"{count} families waiting"


def session_facts(filled: Filled) -> list[Fact]:
    row = filled.session
    facts = [
        Fact(label="When", words=f"{weekday_in_words(row.starts_at)}, {span_in_words(row.starts_at, row.ends_at)}"),
        Fact(label="Where", words=session_place(row) or word("consultation_mechanism", row.consultation_mechanism)),
        Fact(label="Language", words=word("preferred_language", row.language)),
        Fact(label="Who may come", words="Every family" if row.open_to_all else "Families we invite"),
        Fact(label="People with a place", words=f"{filled.people_booked} of {row.capacity}"),
    ]
    if filled.families_waiting:
        facts.append(Fact(label="Waiting for a place", words=_families(filled.families_waiting)))
    if row.status == "cancelled":
        facts.append(Fact(label="Cancelled", words=word("session_cancellation_reason", row.cancel_reason)))
    return facts + _held_facts(row)


def _held_facts(row: GroupSessionRow) -> list[Fact]:
    if row.held_at is None:
        return []
    return [
        Fact(label="Families who came", words=str(row.families)),
        Fact(label="Of them without a place", words=str(row.drop_ins)),
        Fact(label="People who came", words=str(row.participant_count)),
        Fact(label="Held in", words=word("preferred_language", row.held_language)),
    ]


def register_words(places: Sequence[PlaceRow], names: Names, people: Mapping[str, PersonRow]) -> RegisterWords:
    """The families of a session in the order they asked."""
    asked = [(row.status, _register_line(row, names, people.get(row.person_id or ""))) for row in places]
    return RegisterWords(
        with_a_place=[line for status, line in asked if status in WITH_A_PLACE],
        waiting=[line for status, line in asked if status in WAITING],
        gave_up=[line for status, line in asked if status == "cancelled"],
    )


def _register_line(row: PlaceRow, names: Names, person: PersonRow | None) -> RegisterLine:
    return RegisterLine(
        place_id=row.place_id,
        who=who(names, row.person_id) if row.person_id else None,
        needs=needs(person) if person else None,
        party_size=row.party_size or 0,
        status=place_status(row),
        came="" if row.people_came is None else str(row.people_came),
        asked=day_in_words(row.booked_at or row.waitlisted_at),
    )


def place_status(row: PlaceRow) -> Tag:
    match row.status:
        case "booked":
            return Tag("Has a place", "blue")
        case "promoted":
            return Tag("Moved up", "green")
        case "waitlisted":
            return Tag("Waiting", "orange")
        case "attended":
            return Tag("Came", "green")
        case "missed":
            return Tag("Did not come", "grey")
        case _:
            return Tag("Given up", "grey")
