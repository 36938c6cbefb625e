"""What a professional is told about a place they booked for a family. No I/O."""

from dataclasses import dataclass

from services.portal.readmodels.group_sessions import GroupSessionRow
from services.portal.readmodels.places import PlaceRow
from services.portal.web.presenters.joining import people_words


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedWords:
    title: str
    lead: str


def booked_words(place: PlaceRow, session: GroupSessionRow, ahead: int) -> BookedWords:
    party = people_words(place.party_size or 1)
    if session.status == "cancelled":
        return BookedWords(title="This session is cancelled", lead="It will not take place. Please book another one.")
    match place.status:
        case "booked" | "promoted":
            return BookedWords(title="The family has a place", lead=f"It is for {party}.")
        case "waitlisted":
            before = {0: "They are the next family.", 1: "1 family is before them."}.get(
                ahead, f"{ahead} families are before them."
            )
            return BookedWords(title="The family waits for a place", lead=f"The session is full. For {party}. {before}")
        case "cancelled":
            return BookedWords(title="The place was given up", lead="Another family can come now.")
        case _:
            return BookedWords(title="This session is over", lead="Who came is on its register.")
