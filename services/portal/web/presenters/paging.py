"""A long list, a page at a time. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services.kit.errors import DomainError, Kind

SIZE = 25
_AROUND = 1


class NoSuchPage(DomainError):
    """This list has fewer pages."""

    slug = "page-not-there"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Page `number` (from 1) of a list of `total`, under an address with its filters. Raises NoSuchPage."""

    path: str
    filters: Mapping[str, str]
    number: int
    total: int
    size: int = SIZE
    """How many are on a page."""

    def __post_init__(self) -> None:
        if self.number > self.pages:
            raise NoSuchPage

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def said(self) -> str:
        """Showing 26 to 50 of 61"""
        first, last = (self.number - 1) * self.size + 1, min(self.number * self.size, self.total)
        return f"Showing {first} to {last} of {self.total}" if self.total > self.size else f"{self.total} in all"

    @property
    def pagination(self) -> dict[str, Any] | None:
        """Parameters of the NHS pagination; None where one page holds everything."""
        if self.pages == 1:
            return None
        shown = sorted({1, self.pages, *range(self.number - _AROUND, self.number + _AROUND + 1)})
        shown = [number for number in shown if 1 <= number <= self.pages]
        items: list[dict[str, Any]] = []
        for number in shown:
            if items and number - items[-1]["number"] > 1:
                items.append({"ellipsis": True, "number": number - 1})
            items.append({"number": number, "href": self.href(number), "current": number == self.number})
        return {
            "items": items,
            "previous": {"href": self.href(self.number - 1)} if self.number > 1 else None,
            "next": {"href": self.href(self.number + 1)} if self.number < self.pages else None,
        }

    @property
    def file(self) -> str:
        """The whole list as a CSV file."""
        return f"{self.path}.csv{self._query({})}"

    @property
    def file_with_names(self) -> str:
        return f"{self.path}.csv{self._query({'names': 'yes'})}"

    def href(self, number: int) -> str:
        return f"{self.path}{self._query({'page': str(number)})}"

    def _query(self, more: Mapping[str, str]) -> str:
        query = urlencode({**{name: value for name, value in self.filters.items() if value}, **more})
        return f"?{query}" if query else ""


def offset(number: int, size: int = SIZE) -> int:
    """How many rows come before a page."""
    return (number - 1) * size
