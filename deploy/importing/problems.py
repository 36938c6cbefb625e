"""What is wrong with a row, said so that the person with the spreadsheet can find it and put it right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One reason why something is not stored.

    `row` as the spreadsheet numbers it (header 1); `column` is its name, empty when the whole row is meant; `slug` is
    for programs, `text` for people. Neither holds a person's reference nor text from a cell. `whole_file`: no row can
    go in.
    """

    row: int
    column: str
    slug: str
    text: str
    whole_file: bool = False
