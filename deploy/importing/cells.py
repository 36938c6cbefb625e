"""A cell of a row as a value of the right kind, or the problem that stands in its place."""

from collections.abc import Mapping
from datetime import date, datetime

from deploy.importing.mapping import DateFormat, Source
from deploy.importing.problems import Problem
from deploy.importing.spreadsheet import Row

DATE_PATTERNS: Mapping[DateFormat, str] = {"yyyy-mm-dd": "%Y-%m-%d", "dd/mm/yyyy": "%d/%m/%Y", "dd.mm.yyyy": "%d.%m.%Y"}
TRUTH = {"true": True, "yes": True, "false": False, "no": False}


class BadCell(Exception):
    """A cell that cannot be used."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def bad(row: Row, source: Source, slug: str, why: str) -> BadCell:
    return BadCell(Problem(row=row.number, column=source.column or "", slug=slug, text=why))


def text(source: Source, row: Row) -> str | None:
    """The constant, or the cell by way of the code table; None for a blank cell without a meaning of its own."""
    if source.column is None:
        return source.value
    cell = row.cells[source.column]
    if not cell:
        return source.blank
    if source.codes is None:
        return cell
    if cell not in source.codes:
        raise bad(row, source, "value-unknown", f"this value is not in the code table ({', '.join(source.codes)})")
    return source.codes[cell]


def present(source: Source, row: Row) -> str:
    """As `text`, where a blank cell is a problem."""
    found = text(source, row)
    if not found:
        raise bad(row, source, "value-missing", "the cell is blank")
    return found


def truth(source: Source, row: Row) -> bool:
    found = present(source, row).lower()
    if found not in TRUTH:
        raise bad(row, source, "value-invalid", "must be yes or no")
    return TRUTH[found]


def whole_number(source: Source, row: Row, *, low: int, high: int) -> int | None:
    found = text(source, row)
    if found is None:
        return None
    if not (found.isascii() and found.isdigit() and low <= int(found) <= high):
        raise bad(row, source, "value-invalid", f"must be a whole number from {low} to {high}")
    return int(found)


def weeks(source: Source, row: Row, *, high: int) -> float | None:
    """Weeks from 0 to `high`, decimals allowed, to two places."""
    found = text(source, row)
    if found is None:
        return None
    try:
        number = float(found)
    except ValueError as error:
        raise bad(row, source, "value-invalid", "is not a number of weeks") from error
    if not 0 <= number <= high:
        raise bad(row, source, "value-invalid", f"must be from 0 to {high} weeks")
    return round(number, 2)


def day(source: Source, row: Row, *, first: date, today: date) -> date:
    """A date from `first` to `today`, in the column's own format; what the mapping itself writes is always ISO."""
    found = text(source, row)
    if not found:
        raise bad(row, source, "date-missing", "the date is blank")
    from_mapping = source.column is None or source.codes or not row.cells[source.column]
    written = "yyyy-mm-dd" if from_mapping else source.date_format
    try:
        parsed = datetime.strptime(found, DATE_PATTERNS[written]).date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise bad(row, source, "date-invalid", f"is not a date written {written}") from error
    if parsed < first:
        raise bad(row, source, "date-too-early", f"the date is before {first}")
    if parsed > today:
        raise bad(row, source, "date-in-future", "the date is after today")
    return parsed
