"""The mapping file: which column of a spreadsheet means what. Format: docs/operations/import.md."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from deploy.importing.located_yaml import BrokenFile, LocatedYaml, Mistake, read
from deploy.importing.spreadsheet import Delimiter, Encoding

DateFormat = Literal["yyyy-mm-dd", "dd/mm/yyyy", "dd.mm.yyyy"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _cell_text(value: object) -> object:
    """YAML reads 2020-09-24, 1 and true as more than text; a cell is only ever text."""
    match value:
        case bool():
            return str(value).lower()
        case date():
            return value.isoformat()
        case int() | float():
            return str(value)
        case _:
            return value


def _constant_or_fields(value: object) -> object:
    return value if isinstance(value, dict) else {"value": value}


def _text_keys(value: object) -> object:
    return {_cell_text(key): entry for key, entry in value.items()} if isinstance(value, dict) else value


CellText = Annotated[str, BeforeValidator(_cell_text)]
Codes = Annotated[dict[CellText, CellText], BeforeValidator(_text_keys)]


class Source(Part):
    """Where a value comes from: a constant, or a column with, if need be, a code table and a meaning for a blank cell.

    `date_format` matters only where the value is a date.
    """

    value: CellText | None = None
    column: str | None = Field(default=None, min_length=1)
    codes: Codes | None = None
    blank: CellText | None = None
    date_format: DateFormat = "yyyy-mm-dd"

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.value is None) == (self.column is None):
            raise ValueError("give either a constant or a column")
        if self.column is None and (self.codes or self.blank is not None):
            raise ValueError("`codes` and `blank` belong to a column")
        return self


Constant = BeforeValidator(_constant_or_fields)
Value = Annotated[Source, Constant]


class PersonPart(Part):
    """Whose row it is, and the coded facts about the person. No name or NHS number comes in this way."""

    reference: Annotated[str, Field(min_length=1)]
    nhs_number_missing_reason: Value
    practice_ods_code: Value | None = None
    ethnic_category: Value = Source(value="Z")
    preferred_language: Value
    interpreter_required: Value = Source(value="false")
    imd_decile: Value | None = None
    perinatal_stage: Value | None = None


class FormPart(Part):
    """What every form of a row shares."""

    completed_on: Value
    collection_point: Value | None = None
    gestation_weeks: Value | None = None
    infant_age_weeks: Value | None = None


def _items_once(items: dict[int, str]) -> dict[int, str]:
    repeated = {column for column in items.values() if list(items.values()).count(column) > 1}
    if repeated:
        raise ValueError(f"two items read the same column: {', '.join(sorted(repeated))}")
    return items


class InstrumentPart(Part):
    """One questionnaire: item number (1 is the first) to column, and which scores a form must give to be whole.

    `answers`: `oriented` values already turned by the scoring key, or `position` of the tick, 0 at the top.
    """

    code: str
    answers: Literal["oriented", "position"]
    items: Annotated[dict[int, Annotated[str, Field(min_length=1)]], Field(min_length=1), AfterValidator(_items_once)]
    scores: list[str] | None = None
    not_applicable: list[CellText] = []
    when_blank: Literal["problem", "skip"] = "problem"


class ImportMapping(Part):
    """A whole mapping file. `name` is permanent: it is part of every command id, so a new name means new people."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,59}$")]
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    person: PersonPart
    form: FormPart
    instruments: Annotated[list[InstrumentPart], Field(min_length=1)]

    def columns(self) -> Iterator[str]:
        """Every column the mapping reads; one may come more than once."""
        yield self.person.reference
        for part in (self.person, self.form):
            sources = (getattr(part, name) for name in type(part).model_fields)
            yield from (source.column for source in sources if isinstance(source, Source) and source.column)
        for instrument in self.instruments:
            yield from instrument.items.values()


def load(path: Path) -> tuple[ImportMapping, LocatedYaml]:
    """The mapping in `path`, and where its fields are. Raises BrokenFile with every mistake by line and field."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BrokenFile([Mistake(line=line, field="", text="the mapping file is not UTF-8")]) from error
    document = read(text)
    try:
        return ImportMapping.model_validate(document.values), document
    except ValidationError as error:
        raise BrokenFile(sorted(_mistakes(error, document))) from error


def _mistakes(error: ValidationError, document: LocatedYaml) -> Iterator[Mistake]:
    for entry in error.errors(include_url=False):
        path = [step for step in entry["loc"] if step != "[key]"]
        yield document.mistake(path, _plain(entry))


def _plain(entry: Mapping[str, Any]) -> str:
    match entry["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a field of a mapping"
        case "literal_error":
            return f"must be {entry['ctx']['expected']}"
        case "string_pattern_mismatch":
            return "must be 3 to 60 lower-case letters, digits and hyphens"
        case "int_parsing":
            return "must be a whole number"
        case _:
            return str(entry["msg"]).removeprefix("Value error, ")
