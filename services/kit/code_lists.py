"""Code lists are data, one YAML file a list, named like the field that holds its codes; and the refusal of an unknown code.

source: where codes and labels come from
codes:
  - {code: "A1", label: "what a person reads", verified: true}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

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


class BrokenCodeList(Exception):
    """A code list cannot be read: the file is named, and what is wrong with it."""


def read_code_lists(folder: Path) -> CodeLists:
    """Every `*.yaml` of the folder. Raises BrokenCodeList."""
    return CodeLists(lists={path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))})


def _read(path: Path) -> CodeList:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        codes = tuple(_entry(entry) for entry in content["codes"])
        source = str(content["source"])
    except KeyError as missing:
        raise BrokenCodeList(f"{path.name}: {missing} is missing") from None
    except (yaml.YAMLError, TypeError) as error:
        raise BrokenCodeList(f"{path.name}: {error}") from None
    repeated = {one.code for one in codes if sum(other.code == one.code for other in codes) > 1}
    if repeated:
        raise BrokenCodeList(f"{path.name}: more than once: {', '.join(sorted(repeated))}")
    return CodeList(name=path.stem, source=source, codes=codes)


def _entry(entry: dict[str, Any]) -> Code:
    """Codes are quoted text in the file: YAML reads a bare `no` as false and `01` as a number."""
    code, label, verified = entry["code"], entry["label"], entry["verified"]
    if not (isinstance(code, str) and isinstance(label, str) and isinstance(verified, bool)):
        raise TypeError(f"code and label are quoted text, verified is true or false: {entry}")
    return Code(code=code, label=label, verified=verified)
