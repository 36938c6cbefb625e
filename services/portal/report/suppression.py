"""Small numbers are not shown, and the others not exactly: a rule of publication, set in equity.yaml. Pure.

The rule of the MHSDS monthly statistics below national level: a count under five, none included, is hidden; others are rounded to
the nearest five; a share is hidden where either of its counts is, and given in whole percent. Rounding is what keeps a hidden count
from being worked out from the others of its table; the exact totals of reach and data quality stand elsewhere in the report.
"""

from dataclasses import dataclass
from typing import TypeAlias

HIDDEN = "*"
Shown: TypeAlias = int | float | str
"""A number, or HIDDEN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    fewest: int
    """The smallest count that is shown."""
    nearest: int
    """Shown counts are multiples of it."""

    def hides(self, count: int) -> bool:
        return count < self.fewest

    def count(self, count: int) -> Shown:
        return HIDDEN if self.hides(count) else self.nearest * round(count / self.nearest)

    def share(self, part: int, whole: int) -> Shown:
        """In whole percent, from 0 to 1."""
        return HIDDEN if self.hides(part) or self.hides(whole) else round(part / whole, 2)
