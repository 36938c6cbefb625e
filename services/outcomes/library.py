"""The instruments and code lists this service ships, read from the files beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.kit.code_lists import BrokenCodeList, CodeLists, read_code_lists
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.instruments import parse

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Instruments by code, code lists by the field they are for.

    `goal` is how the rating of a goal is read. `legal_classes` is what a legal status counts as: detention,
    short-term-order or guardianship; one that is not in it counts as nothing.
    """

    instruments: Mapping[str, Instrument]
    goal: Instrument
    codes: CodeLists
    legal_classes: Mapping[str, str]


def read_library() -> Library:
    """Raises BrokenFile, which names the file, the line and the field, and BrokenCodeList."""
    codes = read_code_lists(_HERE / "codes")
    return Library(
        instruments=read_instruments(_HERE / "instruments"),
        goal=_read_instrument(_HERE / "goals" / "gbo.yaml"),
        codes=codes,
        legal_classes=read_legal_classes(_HERE / "codes" / "legal_status.yaml", codes),
    )


def read_instruments(folder: Path) -> dict[str, Instrument]:
    """Every `<code>.yaml` of a folder, by code."""
    parsed = [_read_instrument(path) for path in sorted(folder.glob("*.yaml"))]
    return {instrument.code: instrument for instrument in parsed}


def read_legal_classes(path: Path, codes: CodeLists) -> dict[str, str]:
    """The class of each legal status that has one, from `counts_as`. Raises BrokenCodeList."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["counts_as"]
    pairs = [(code, name) for name, members in listed.items() for code in members]
    strange = sorted({str(code) for code, _ in pairs if code not in codes.lists["legal_status"]})
    if strange:
        raise BrokenCodeList(f"{path.name}: counts_as names codes that are not listed: {', '.join(strange)}")
    if len({code for code, _ in pairs}) < len(pairs):
        raise BrokenCodeList(f"{path.name}: a code counts as one thing only")
    return dict(pairs)


def _read_instrument(path: Path) -> Instrument:
    return parse(path.name, path.read_text(encoding="utf-8"))
