"""The instruments and code lists this service ships, read from the files beside this module."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.kit.code_lists import CodeLists, read_code_lists
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.instruments import parse

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """Instruments by code, code lists by the field they are for."""

    instruments: Mapping[str, Instrument]
    codes: CodeLists


def read_library() -> Library:
    """Raises BrokenFile, which names the file, the line and the field, and BrokenCodeList."""
    return Library(instruments=read_instruments(_HERE / "instruments"), codes=read_code_lists(_HERE / "codes"))


def read_instruments(folder: Path) -> dict[str, Instrument]:
    """Every `<code>.yaml` of a folder, by code."""
    parsed = [parse(path.name, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))]
    return {instrument.code: instrument for instrument in parsed}
