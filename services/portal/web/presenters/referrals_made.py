"""What became of referrals, as whoever made them may know it: nothing clinical. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.portal.names import Names
from services.portal.readmodels.referrals import ReferralRow
from services.portal.readmodels.referrals_made import Made
from services.portal.readmodels.waits import WaitRow
from services.portal.web.csv_file import Cell
from services.portal.web.moments import day_in_words, london_day, moment_in_words, short_day
from services.portal.web.presenters.clock import Tag, clock
from services.portal.web.presenters.people import Fact, Who, who
from services.portal.web.presenters.referrals import NO_CLOCK
from services.portal.web.words import word

_ENDED = ("redirected", "withdrawn", "closed")
_SEEN = "first_contact"
_COLOURS = {"received": "blue", "triaged": "purple", "accepted": "green", "seen": "green"}
_TAGS = {
    "received": "Arrived",
    "triaged": "Read",
    "accepted": "Taken on",
    "seen": "Care has begun",
    "redirected": "Sent on",
    "withdrawn": "Taken back",
    "closed": "Over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLine:
    """One referral of the list."""

    referral_id: str
    who: Who
    received: str
    tag: Tag
    words: str
    since: str


def standing_of(row: ReferralRow, wait: WaitRow | None) -> str:
    """How far a referral is: its own status, and `seen` once the family was seen."""
    seen = wait is not None and _SEEN in wait.parts_met
    return "seen" if seen and row.status not in _ENDED else row.status


def standing_tag(standing: str) -> Tag:
    return Tag(_TAGS.get(standing, standing), _COLOURS.get(standing, "grey"))


def made_lines(rows: Iterable[Made], names: Names) -> list[MadeLine]:
    return [_line(row, names) for row in rows]


def _line(made: Made, names: Names) -> MadeLine:
    standing = standing_of(made.referral, made.wait)
    return MadeLine(
        referral_id=made.referral.referral_id,
        who=who(names, made.referral.person_id),
        received=short_day(made.referral.received_at),
        tag=standing_tag(standing),
        words=_words(standing, made.referral),
        since=short_day(_since(made)),
    )


def _words(standing: str, row: ReferralRow) -> str:
    words = word("referral_standing", standing)
    return f"{words} {word('redirected_to', row.redirected_to)}." if row.redirected_to else words


def _since(made: Made) -> date | None:
    """The day from which it stands so."""
    row, seen = made.referral, made.wait.parts_met.get(_SEEN) if made.wait else None
    moment = row.ended_at or seen or row.accepted_at or row.triaged_at or row.received_at
    return london_day(moment) if moment else None


def outcome_of(row: ReferralRow, wait: WaitRow | None, today: date) -> list[Fact]:
    """One referral, for whoever sent it: that it arrived, and what became of it."""
    facts = [
        Fact(label="Received", words=moment_in_words(row.received_at)),
        Fact(label="Now", words=_words(standing_of(row, wait), row)),
    ]
    steps = {
        "Read by a clinician": row.triaged_at,
        "Taken on": row.accepted_at,
        "First seen": wait.parts_met.get(_SEEN) if wait else None,
        "Ended": row.ended_at,
    }
    facts += [Fact(label=label, words=day_in_words(at)) for label, at in steps.items() if at]
    if row.ended_at or (wait and wait.clock_stopped_at):
        return facts
    due = NO_CLOCK.words
    if wait and wait.due_on:
        due = f"{day_in_words(wait.due_on)} ({clock(wait.due_on, today).words})"
    return [*facts, Fact(label="Care should begin by", words=due)]


MADE_HEADINGS = ("referral_id", "person_id", "received_on", "standing", "since", "due_on")


def made_cells(made: Made) -> list[Cell]:
    """One line of the file, under MADE_HEADINGS."""
    row = made.referral
    return [
        row.referral_id,
        row.person_id,
        london_day(row.received_at) if row.received_at else None,
        standing_of(row, made.wait),
        _since(made),
        made.wait.due_on if made.wait else None,
    ]
