"""What a family is told about its place. Short words; no I/O."""

from dataclasses import dataclass, replace

from services.portal.commands import Refusal
from services.portal.readmodels.group_sessions import GroupSessionRow
from services.portal.readmodels.places import PlaceRow

_KINDER = {
    "session-started": "This session has begun. Please choose another one.",
    "session-cancelled": "We are sorry: this session will not take place. Please choose another one.",
    "session-not-open": "This session is by invitation. Please choose another one.",
    "party-too-large": "There is not room for so many people at this session.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceWords:
    title: str
    lead: str
    next_steps: list[str]
    may_cancel: bool
    button: str = "Give up my place"


def kinder(refusal: Refusal) -> Refusal:
    """A refusal as we would say it to a family."""
    return replace(refusal, message=_KINDER.get(refusal.slug, refusal.message))


def place_words(place: PlaceRow, session: GroupSessionRow, ahead: int) -> PlaceWords:
    if session.status == "cancelled":
        return _ended("This session is cancelled", "We are sorry. It will not take place.")
    match place.status:
        case "booked":
            return _with_a_place("You have a place", place)
        case "promoted":
            return _with_a_place("Good news: you have a place now", place)
        case "waitlisted":
            return _waiting(place, ahead)
        case "cancelled":
            return _ended("You have given up your place", "Thank you for telling us. Another family can come now.")
        case _:
            return _ended("This session is over", "Thank you for your interest.")


def _ended(title: str, lead: str) -> PlaceWords:
    return PlaceWords(title=title, lead=lead, next_steps=["You are welcome at another session."], may_cancel=False)


def _with_a_place(title: str, place: PlaceRow) -> PlaceWords:
    return PlaceWords(
        title=title,
        lead=f"It is for {people_words(place.party_size or 1)}.",
        next_steps=[
            "Save the link to this page, so that you can come back to it at any time.",
            "We tell you before the day how to find us.",
            "You do not have to bring anything.",
            "If you cannot come, give up your place here. Then another family can come.",
        ],
        may_cancel=True,
    )


def _waiting(place: PlaceRow, ahead: int) -> PlaceWords:
    before = {0: "You are the next family.", 1: "1 family is before you."}.get(
        ahead, f"{ahead} families are before you."
    )
    return PlaceWords(
        title="You are waiting for a place",
        lead=f"There is not enough room yet for {people_words(place.party_size or 1)}. {before}",
        next_steps=[
            "If somebody gives up their place, the next family gets it. You do not have to do anything.",
            "Save the link to this page. Look here again to see if you have a place.",
            "You can ask for a place at another session too.",
        ],
        may_cancel=True,
        button="Stop waiting",
    )


def people_words(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def room_words(room: int, waiting: bool) -> str:
    """How full a session is, as a family reads it."""
    if waiting or room == 0:
        return "Full. You can wait for a place."
    return f"There is room for {people_words(room)}."
