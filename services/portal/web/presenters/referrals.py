"""Referrals in words: where one is, what its clock says. No I/O."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.portal.names import Names
from services.portal.readmodels.people import PersonRow
from services.portal.readmodels.referrals import ReferralRow
from services.portal.readmodels.waits import WaitRow
from services.portal.web.csv_file import Cell
from services.portal.web.moments import day_in_words, london_day, moment_in_words, short_day
from services.portal.web.presenters.clock import Tag, clock, over, standing
from services.portal.web.presenters.people import Fact, Who, needs, who
from services.portal.web.words import word

_STATUS = {
    "received": Tag("To triage", "blue"),
    "triaged": Tag("To accept", "purple"),
    "accepted": Tag("Accepted", "green"),
    "redirected": Tag("Sent on", "grey"),
    "withdrawn": Tag("Withdrawn", "grey"),
    "closed": Tag("Closed", "grey"),
}
NO_CLOCK = clock(None, date.min)
"""What is said of a referral whose clock has not arrived."""
_PRIORITY = {"1": "red", "4": "red", "2": "orange", "3": "grey"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One referral in a list."""

    referral_id: str
    who: Who
    needs: str | None
    flagged: bool
    source: str
    reason: str
    received: str
    status: Tag
    priority: Tag | None
    strand: str | None
    due: str = ""
    clock: Tag = NO_CLOCK
    over: str | None = None
    """When and why the waiting was over; None while it goes on."""


def lines(
    rows: Sequence[ReferralRow],
    names: Names,
    people: Mapping[str, PersonRow],
    flagged: Collection[str],
    today: date,
    *,
    waits: Iterable[WaitRow] = (),
) -> list[Line]:
    """The lines of a list, in the order of the rows. When one is due, and whether it waits, is said by its clock alone."""
    clocks = {wait.referral_id: wait for wait in waits}
    return [
        _with_clock(
            _line(row, names, people.get(row.person_id), row.person_id in flagged), clocks.get(row.referral_id), today
        )
        for row in rows
    ]


def _with_clock(line: Line, wait: WaitRow | None, today: date) -> Line:
    if wait is None:
        return line
    return replace(line, due=short_day(wait.due_on), clock=standing(wait, today), over=over(wait))


def _line(row: ReferralRow, names: Names, person: PersonRow | None, flagged: bool) -> Line:
    return Line(
        referral_id=row.referral_id,
        who=who(names, row.person_id),
        needs=needs(person) if person else None,
        flagged=flagged,
        source=word("source_of_referral", row.source_of_referral),
        reason=word("primary_reason", row.primary_reason),
        received=short_day(row.received_at),
        status=status(row),
        priority=priority(row.clinical_response_priority),
        strand=word("care_strand", row.care_strand) if row.care_strand else None,
    )


TRIAGE_HEADINGS = (
    "referral_id",
    "person_id",
    "status",
    "source_of_referral",
    "referring_professional_type",
    "referring_org_ods_code",
    "primary_reason",
    "clinical_response_priority",
    "received_on",
    "due_on",
)


def triage_cells(row: ReferralRow, wait: WaitRow | None) -> list[Cell]:
    """One line of the file, under TRIAGE_HEADINGS."""
    return [
        row.referral_id,
        row.person_id,
        row.status,
        row.source_of_referral,
        row.referring_professional_type,
        row.referring_org_ods_code,
        row.primary_reason,
        row.clinical_response_priority,
        london_day(row.received_at) if row.received_at else None,
        wait.due_on if wait else None,
    ]


def status(row: ReferralRow) -> Tag:
    return _STATUS.get(row.status, Tag(row.status, "grey"))


def priority(code: str | None) -> Tag | None:
    return Tag(word("clinical_response_priority", code), _PRIORITY.get(code, "grey")) if code else None


def progress(row: ReferralRow, wait: WaitRow | None, today: date) -> list[Fact]:
    """How far a referral is, as the team sees it: nothing about who it is for."""
    facts = [
        Fact(label="Received", words=moment_in_words(row.received_at)),
        Fact(label="Asked by", words=word("source_of_referral", row.source_of_referral)),
        Fact(label="Reason", words=word("primary_reason", row.primary_reason)),
    ]
    if row.triaged_at:
        priority_words = word("clinical_response_priority", row.clinical_response_priority)
        facts.append(Fact(label="Triaged", words=f"{moment_in_words(row.triaged_at)}: {priority_words}"))
    if row.accepted_at:
        strand = word("care_strand", row.care_strand)
        facts.append(Fact(label="Accepted", words=f"{moment_in_words(row.accepted_at)}: {strand}"))
    if row.ended_at:
        return facts + _ending(row)
    return [*facts, _waiting(wait, today)]


def _waiting(wait: WaitRow | None, today: date) -> Fact:
    """How long the family still waits; when and why that was over, once it is."""
    ended = over(wait)
    if ended is not None:
        return Fact(label="Waiting ended", words=ended)
    if wait is None or wait.due_on is None:
        return Fact(label="Care should begin by", words=NO_CLOCK.words)
    return Fact(label="Care should begin by", words=f"{day_in_words(wait.due_on)} ({clock(wait.due_on, today).words})")


_ENDINGS = {
    "redirected": ("Sent on", "redirection_reason"),
    "withdrawn": ("Withdrawn", "withdrawal_reason"),
    "closed": ("Closed", "closing_reason"),
}


def _ending(row: ReferralRow) -> list[Fact]:
    label, reasons = _ENDINGS[row.status]
    facts = [Fact(label=label, words=f"{moment_in_words(row.ended_at)}: {word(reasons, row.end_reason)}")]
    if row.redirected_to:
        facts.append(Fact(label="Sent on to", words=word("redirected_to", row.redirected_to)))
    if row.withdrawn_by:
        facts.append(Fact(label="Withdrawn by", words=word("withdrawn_by", row.withdrawn_by)))
    return facts
