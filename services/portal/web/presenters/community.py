"""What local families contributed, in words. No I/O."""

from dataclasses import dataclass

from services.portal.readmodels.community_inputs import CommunityInputRow
from services.portal.web.csv_file import Cell
from services.portal.web.moments import short_day
from services.portal.web.words import word

HEADINGS = ("input_id", "held_on", "kind", "people")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommunityLine:
    held: str
    kind: str
    people: int


def community_lines(rows: list[CommunityInputRow]) -> list[CommunityLine]:
    return [
        CommunityLine(
            held=short_day(row.held_on),
            kind=word("community_input_kind", row.kind),
            people=row.people,
        )
        for row in rows
    ]


def community_cells(row: CommunityInputRow) -> list[Cell]:
    """One line of the file, under HEADINGS."""
    return [row.input_id, row.held_on, row.kind, row.people]
