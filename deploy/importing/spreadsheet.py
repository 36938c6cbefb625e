"""A CSV file as rows numbered the way a spreadsheet shows them (the header is row 1)."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from deploy.importing.problems import Problem

Encoding = Literal["utf-8", "latin-1", "cp1252", "ascii"]
Delimiter = Literal[",", ";", "\t", "|"]

HEADER = 1
# Undecodable bytes become lone surrogates (PEP 383), so one wrong byte costs its row and not the whole file.
FIRST_ESCAPED, LAST_ESCAPED = "\udc80", "\udcff"
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "UTF-8", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number in the spreadsheet and its cells by column name, blanks around a value removed."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreadsheet:
    """The columns, the rows that can be read, and what is wrong with the rest."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(content: bytes, *, encoding: Encoding, delimiter: Delimiter) -> Spreadsheet:
    """Rows of a CSV file. Wholly blank rows are left out; a row that cannot be read is a problem, not an error."""
    wrong_mark = _wrong_byte_order_mark(content, encoding)
    if wrong_mark:
        return Spreadsheet(columns=(), rows=(), problems=(wrong_mark,))
    text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="surrogateescape")
    numbered = _numbered_rows(text, delimiter)
    try:
        rows = list(numbered)
    except BrokenCsv as broken:
        return Spreadsheet(columns=(), rows=(), problems=(broken.problem,))
    return _with_header(rows, encoding)


class BrokenCsv(Exception):
    """The rows after this place cannot be told apart."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.text)
        self.problem = problem


def _numbered_rows(text: str, delimiter: Delimiter) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=HEADER):
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        text = f"the file cannot be read from here on: {error}"
        raise BrokenCsv(Problem(row=number + 1, column="", slug="csv-broken", text=text, whole_file=True)) from error


def _with_header(rows: Sequence[tuple[int, list[str]]], encoding: Encoding) -> Spreadsheet:
    if not rows or not any(rows[0][1]):
        empty = Problem(row=HEADER, column="", slug="file-empty", text="there is no header row", whole_file=True)
        return Spreadsheet(columns=(), rows=(), problems=(empty,))
    columns = tuple(rows[0][1])
    problems = list(_header_problems(columns, encoding))
    readable: list[Row] = []
    for number, cells in islice(rows, 1, None):
        if not any(cells):
            continue
        found = _row_problems(number, columns, cells, encoding)
        problems.extend(found)
        if not found:
            readable.append(Row(number=number, cells=dict(zip(columns, cells, strict=True))))
    return Spreadsheet(columns=columns, rows=tuple(readable), problems=tuple(problems))


def _header_problems(columns: Sequence[str], encoding: Encoding) -> Iterator[Problem]:
    for place, column in enumerate(columns, start=1):
        byte = _escaped_byte(column)
        if byte is not None:
            text = f"the name of column {place} has the byte 0x{byte:02x}, which is not {encoding}"
            yield Problem(row=HEADER, column="", slug="wrong-encoding", text=text, whole_file=True)
        elif column and columns.index(column) != place - 1:
            text = f"column {place} has the same name as column {columns.index(column) + 1}"
            yield Problem(row=HEADER, column=column, slug="column-twice", text=text, whole_file=True)


def _row_problems(number: int, columns: Sequence[str], cells: Sequence[str], encoding: Encoding) -> list[Problem]:
    if len(cells) != len(columns):
        text = f"the row has {len(cells)} cells, the header has {len(columns)}"
        return [Problem(row=number, column="", slug="row-width", text=text)]
    found = []
    for column, cell in zip(columns, cells, strict=True):
        byte = _escaped_byte(cell)
        if byte is not None:
            text = f"the byte 0x{byte:02x} is not {encoding}: name the right encoding in the mapping"
            found.append(Problem(row=number, column=column, slug="wrong-encoding", text=text))
    return found


def _escaped_byte(cell: str) -> int | None:
    return next((ord(letter) - 0xDC00 for letter in cell if FIRST_ESCAPED <= letter <= LAST_ESCAPED), None)


def _wrong_byte_order_mark(content: bytes, encoding: Encoding) -> Problem | None:
    for mark, name in BYTE_ORDER_MARKS.items():
        if content.startswith(mark) and name.lower() != encoding:
            text = f"the file begins as {name} (byte 0x{mark[0]:02x}), the mapping says {encoding}"
            return Problem(row=HEADER, column="", slug="wrong-encoding", text=text, whole_file=True)
    return None
