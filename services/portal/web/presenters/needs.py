"""What somebody needs from us and how they are reached, in words; and what was written about them. No I/O."""

from dataclasses import dataclass

from services.portal.details import Details
from services.portal.names import Shown
from services.portal.web.moments import moment_in_words
from services.portal.web.presenters.people import Fact
from services.portal.web.words import word
from services.portal.written import Notes

_THE_FAMILY = "the family"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangements:
    """What to see to before every contact. `known`: whether it could be asked just now."""

    known: bool
    needs: list[str]
    note: str | None
    reach: list[Fact]


def arrangements(details: Details) -> Arrangements:
    """The needs of one person, the way they wish to be reached first."""
    return Arrangements(
        known=details.shown is not Shown.NOT_NOW,
        needs=[word("access_need", code) for code in details.access_needs],
        note=details.text("access_note"),
        reach=_reach(details),
    )


def _reach(details: Details) -> list[Fact]:
    preference = details.text("contact_preference")
    address = ", ".join(filter(None, (details.text("postal_address"), details.text("postcode"))))
    told = {
        "They prefer": word("contact_preference", preference) if preference else None,
        "Telephone": details.text("telephone"),
        "Email": details.text("email"),
        "Address": address or None,
    }
    return [Fact(label=label, words=words) for label, words in told.items() if words]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLine:
    """One note: what it was written on, when and by whom."""

    about: str
    said: str
    words: str
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWords:
    """The notes of a page. `whole`: whether all of them could be had just now."""

    lines: list[WrittenLine]
    whole: bool


def written(notes: Notes) -> WrittenWords:
    lines = [
        WrittenLine(
            about=word("note_about", note.about),
            said=_when_and_who(moment_in_words(note.written_at), note.written_by, note.about),
            words=note.words,
            path=note.path,
        )
        for note in notes.notes
    ]
    return WrittenWords(lines=lines, whole=notes.shown is Shown.YES)


def _when_and_who(when: str, account: str | None, about: str) -> str:
    by = account or (_THE_FAMILY if about == "referral-received" else None)
    return ", ".join(filter(None, (when, f"by {by}" if by else None)))
