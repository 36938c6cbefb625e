"""Reading a CSV: rows keep the number the spreadsheet shows; what cannot be read is said by row, column and byte."""

import pytest

from deploy.importing.spreadsheet import Delimiter, Encoding, Spreadsheet, read


def a_sheet(content: bytes, encoding: Encoding = "utf-8", delimiter: Delimiter = ",") -> Spreadsheet:
    return read(content, encoding=encoding, delimiter=delimiter)


def slugs(sheet: Spreadsheet) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.column, problem.slug) for problem in sheet.problems]


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    sheet = a_sheet(b"ref,q1\na,1\n\nb, 2 \n")

    assert [(row.number, dict(row.cells)) for row in sheet.rows] == [
        (2, {"ref": "a", "q1": "1"}),
        (4, {"ref": "b", "q1": "2"}),
    ]
    assert sheet.problems == ()


def test_a_cell_over_two_lines_is_still_one_row() -> None:
    sheet = a_sheet(b'ref,note\na,"one\ntwo"\nb,x\n')

    assert [row.number for row in sheet.rows] == [2, 3]


def test_other_delimiters_and_a_byte_order_mark_are_understood() -> None:
    sheet = a_sheet(b"\xef\xbb\xbfref;q1\r\na;1\r\n", delimiter=";")

    assert sheet.columns == ("ref", "q1")
    assert sheet.rows[0].cells == {"ref": "a", "q1": "1"}


def test_a_byte_that_is_not_in_the_encoding_costs_its_row_only() -> None:
    sheet = a_sheet("ref,town\na,Orléans\nb,Oldham\n".encode("latin-1"))

    assert slugs(sheet) == [(2, "town", "wrong-encoding")]
    assert "0xe9" in sheet.problems[0].text
    assert [row.number for row in sheet.rows] == [3]


@pytest.mark.parametrize("content", [b"\xff\xfer\x00", b"\xfe\xff\x00r"])
def test_a_utf_16_file_is_refused_whole(content: bytes) -> None:
    sheet = a_sheet(content)

    assert slugs(sheet) == [(1, "", "wrong-encoding")]
    assert sheet.problems[0].whole_file


def test_a_utf_8_file_called_latin_1_is_refused_whole() -> None:
    assert slugs(a_sheet(b"\xef\xbb\xbfref\na\n", encoding="latin-1")) == [(1, "", "wrong-encoding")]


def test_a_header_in_the_wrong_encoding_is_refused_whole() -> None:
    sheet = a_sheet("ref,âge\na,1\n".encode("latin-1"))

    assert slugs(sheet) == [(1, "", "wrong-encoding")]
    assert sheet.problems[0].whole_file


def test_a_row_of_another_width_is_a_problem_of_that_row() -> None:
    sheet = a_sheet(b"ref,q1\na,1,9\nb,2\nc\n")

    assert slugs(sheet) == [(2, "", "row-width"), (4, "", "row-width")]
    assert [row.number for row in sheet.rows] == [3]


@pytest.mark.parametrize(
    ("content", "slug"),
    [(b"", "file-empty"), (b"\n", "file-empty"), (b"a,a\n1,2\n", "column-twice"), (b'a,b\n1,"2\n', "csv-broken")],
)
def test_a_file_that_cannot_be_told_apart_is_refused_whole(content: bytes, slug: str) -> None:
    sheet = a_sheet(content)

    assert [problem.slug for problem in sheet.problems if problem.whole_file] == [slug]
