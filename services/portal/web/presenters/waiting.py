"""The waiting list in words, and as a file of coded facts. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.portal.names import Names
from services.portal.readmodels.people import PersonRow
from services.portal.readmodels.referrals import ReferralRow
from services.portal.readmodels.waiting import Waiting
from services.portal.readmodels.waits import PARTS
from services.portal.web.csv_file import Cell
from services.portal.web.moments import london_day
from services.portal.web.presenters.clock import Part, breached, days_left, days_so_far, parts
from services.portal.web.presenters.referrals import Line, lines

HEADINGS = (
    "referral_id",
    "person_id",
    "status",
    "source_of_referral",
    "primary_reason",
    "clinical_response_priority",
    "care_strand",
    "clock_started_on",
    "due_on",
    "days_waiting",
    "days_left",
    "breached",
    *PARTS,
    "missing_parts",
    "rule_version",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    line: Line
    parts: list[Part]
    rule: str
    days: int


def waiting_lines(
    rows: Sequence[Waiting], names: Names, people: dict[str, PersonRow], flagged: set[str], today: date
) -> list[WaitingLine]:
    shown = lines([row.referral for row in rows], names, people, flagged, today, waits=[row.wait for row in rows])
    return [
        WaitingLine(
            line=line,
            parts=parts(row.wait),
            rule=row.wait.rule_version or "",
            days=days_so_far(row.wait, today) or 0,
        )
        for line, row in zip(shown, rows, strict=True)
    ]


def waiting_cells(row: Waiting, today: date) -> list[Cell]:
    """One line of the file, under HEADINGS. Moments are days in England."""
    wait, referral = row.wait, row.referral
    met = [london_day(wait.parts_met[part]) if part in wait.parts_met else None for part in PARTS]
    return [
        *_codes(referral),
        london_day(wait.clock_started_at) if wait.clock_started_at else None,
        wait.due_on,
        days_so_far(wait, today),
        days_left(wait, today),
        "yes" if breached(wait, today) else "no",
        *met,
        " ".join(wait.missing_parts),
        wait.rule_version,
    ]


def _codes(referral: ReferralRow) -> list[Cell]:
    return [
        referral.referral_id,
        referral.person_id,
        referral.status,
        referral.source_of_referral,
        referral.primary_reason,
        referral.clinical_response_priority,
        referral.care_strand,
    ]
