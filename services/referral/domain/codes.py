"""Code lists are data: what they are once loaded, and the refusal of a code that is not in one."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.kit.errors import DomainError, Kind


class UnknownCode(DomainError):
    """This code is not in its list."""

    slug = "code-unknown"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One entry; `verified` says whether code and label were read at the list's source."""

    code: str
    label: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """One list, in the order it should be shown."""

    name: str
    source: str
    codes: tuple[Code, ...]

    def __contains__(self, code: object) -> bool:
        return any(entry.code == code for entry in self.codes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeLists:
    """Every list of the service by name. A list is named like the field that holds its codes."""

    lists: Mapping[str, CodeList]

    def require(self, name: str, code: str | None, *, field: str) -> None:
        """Nothing given is not a wrong code. Raises UnknownCode, naming the field but not what was typed into it."""
        if code is not None and code not in self.lists[name]:
            raise UnknownCode(f"This code is not in the list {name.replace('_', ' ')}.", field=field)
