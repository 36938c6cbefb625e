"""A list as a CSV file: ids and coded facts, and names only where somebody asked for them and may see them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, TypeAlias

from fastapi import Query
from fastapi.responses import Response

from services.portal.names import Identity, Names, Shown, names_of
from services.portal.owners import Caller
from services.portal.report.text import safe
from services.portal.web.site import Visit

Cell: TypeAlias = str | int | date | None
NAMED = ("full_name", "nhs_number", "birth_date")
WithNames = Annotated[str, Query(pattern="^(yes)?$")]

_AT_ONCE = 500
"""People the referral service is asked for in one question."""


def csv_response(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A file `name`.csv with a byte order mark, so that spreadsheets read it as UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_written(cell) for cell in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": "no-store"}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _written(cell: Cell) -> str:
    """What stands in the file. A spreadsheet must not take somebody's words for a formula."""
    return "" if cell is None else str(safe(cell))


async def names_for(caller: Caller, person_ids: Iterable[str]) -> Names:
    """The names of a whole list; Shown.NOT_NOW as soon as a part of them cannot be had."""
    wanted = sorted(set(person_ids))
    people: dict[str, Identity] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = await names_of(caller, wanted[start : start + _AT_ONCE])
        if some.shown != Shown.YES:
            return some
        people |= some.people
    return Names(people=people)


def named(names: Names, person_id: str) -> list[Cell]:
    """The cells under NAMED."""
    identity = names.of(person_id)
    return [identity.full_name, identity.nhs_number, identity.birth_date]


async def people_file(
    visit: Visit, name: str, headings: Sequence[str], rows: Sequence[tuple[str, list[Cell]]], *, names: str
) -> Response:
    """`rows`: each line with the person it is about. With names that cannot be had now there is no file."""
    if not names:
        return csv_response(name, headings, [cells for _, cells in rows])
    known = await names_for(visit.caller, [person_id for person_id, _ in rows if person_id])
    if known.shown == Shown.NOT_NOW:
        return visit.page("errors/no_names.jinja", status=503)
    return csv_response(name, [*headings, *NAMED], [[*cells, *named(known, who)] for who, cells in rows])
