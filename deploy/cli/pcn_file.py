"""The one file that brings a network (PCN) on: read, checked by line and field, and turned into the command's body."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from deploy.importing.located_yaml import BrokenFile, LocatedYaml, Mistake, read
from deploy.local.errors import StackError
from services.referral.codes import read_codes


def _known(care_strand: str) -> str:
    offered = read_codes().lists["care_strand"]
    if care_strand not in offered:
        raise ValueError(f"is none of {', '.join(entry.code for entry in offered.codes)}")
    return care_strand


PcnCode = Annotated[str, StringConstraints(pattern=r"^U\d{5}$")]
OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
CareStrand = Annotated[str, AfterValidator(_known)]

_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of this file",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "greater_than_equal": "must be at least 1",
    "list_type": "must be a list",
    "too_short": "must have at least one entry",
    "date_type": "must be a date, as in 2026-04-01",
    "model_type": "must be made of fields",
}
_PATTERNS = {
    "pcn_ods_code": "must be U and five digits, as in U12345",
    "ods_code": "must be an ODS code: capital letters and digits",
    "commissioner_ods_code": "must be an ODS code: capital letters and digits",
}


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PracticeEntry(_Part):
    ods_code: OdsCode
    name: Name
    joined_on: date | None = None
    left_on: date | None = None


class PcnFile(_Part):
    """`waiting_threshold_days`: from the day a referral arrives to the day care is due."""

    pcn_ods_code: PcnCode
    name: Name
    practices: Annotated[list[PracticeEntry], Field(min_length=1)]
    care_strands: Annotated[list[CareStrand], Field(min_length=1)]
    waiting_threshold_days: Annotated[int, Field(ge=1, le=3 * 365)]
    commissioner_ods_code: OdsCode | None = None

    def body(self) -> dict[str, Any]:
        """What `PUT /v1/pcns/{pcn}` takes."""
        return self.model_dump(mode="json", exclude_none=True)


def read_pcn_file(path: Path) -> PcnFile:
    """Raises StackError that names file, line and field of each mistake."""
    try:
        return _parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise StackError(f"{path}: there is no such file") from problem
    except UnicodeDecodeError as problem:
        raise StackError(f"{path}: is not UTF-8 text, from byte {problem.start + 1}") from problem
    except BrokenFile as problem:
        first, *others = sorted(problem.mistakes)
        raise StackError(f"{path}: {first}", detail="\n".join(f"{path}: {mistake}" for mistake in others)) from problem


def _parse(text: str) -> PcnFile:
    located = read(text)
    try:
        return PcnFile.model_validate(located.values)
    except ValidationError as problem:
        raise BrokenFile(
            [_mistake(located, error["type"], error["loc"], error["msg"]) for error in problem.errors()]
        ) from problem


def _mistake(located: LocatedYaml, kind: str, place: tuple[int | str, ...], said: str) -> Mistake:
    reason = _PATTERNS.get(str(place[-1]), said) if kind == "string_pattern_mismatch" else _REASONS.get(kind, said)
    return located.mistake(place, reason.removeprefix("Value error, "))
