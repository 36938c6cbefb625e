"""Who somebody is, in words. No I/O."""

from dataclasses import dataclass

from services.portal.names import Found, Identity, Names
from services.portal.readmodels.pcns import PcnRow
from services.portal.readmodels.people import PersonRow
from services.portal.web.csv_file import Cell
from services.portal.web.moments import iso_day_in_words, london_day, short_day
from services.portal.web.words import word

_ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A person as a page names them; `name` is never empty."""

    person_id: str
    name: str
    nhs_number: str | None
    born: str | None
    reference: str | None

    @property
    def details(self) -> str:
        """NHS number, birth date and reference on one line, as far as they are known."""
        return _sentence(self.brief, self.reference and f"reference {self.reference}")

    @property
    def brief(self) -> str:
        """NHS number and birth date, for lists."""
        return _sentence(self.nhs_number and f"NHS number {self.nhs_number}", self.born and f"born {self.born}")


def _sentence(*parts: str | None) -> str:
    line = ", ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


def who(names: Names, person_id: str) -> Who:
    """The person by name; by the beginning of their id where the name is not known or not shown; or as erased."""
    return _who(person_id, names.of(person_id))


def found(people: list[Found]) -> list[Who]:
    return [_who(each.person_id, each.identity) for each in people]


def _who(person_id: str, identity: Identity) -> Who:
    return Who(
        person_id=person_id,
        name="Erased person" if identity.erased else identity.full_name or f"Person {person_id[:8]}",
        nhs_number=spaced(identity.nhs_number),
        born=iso_day_in_words(identity.birth_date) or None,
        reference=identity.external_reference,
    )


def spaced(nhs_number: str | None) -> str | None:
    """999 123 4567"""
    if nhs_number is None:
        return None
    return f"{nhs_number[:3]} {nhs_number[3:6]} {nhs_number[6:]}"


PEOPLE_HEADINGS = (
    "person_id",
    "practice_ods_code",
    "nhs_number_status",
    "ethnic_category",
    "preferred_language",
    "interpreter_required",
    "imd_decile",
    "age_band",
    "perinatal_stage",
    "known_since",
)


def people_cells(person: PersonRow) -> list[Cell]:
    """One line of the file, under PEOPLE_HEADINGS."""
    return [
        person.person_id,
        person.practice_ods_code,
        person.nhs_number_status,
        person.ethnic_category,
        person.preferred_language,
        "yes" if person.interpreter_required else "no",
        person.imd_decile,
        person.age_band,
        person.perinatal_stage,
        london_day(person.known_since),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person in the list of everybody."""

    who: Who
    needs: str | None
    stage: str
    practice: str
    known_since: str


def person_lines(rows: list[PersonRow], names: Names, network: PcnRow | None) -> list[PersonLine]:
    return [
        PersonLine(
            who=who(names, row.person_id),
            needs=needs(row),
            stage=word("perinatal_stage", row.perinatal_stage),
            practice=practice(row.practice_ods_code, network),
            known_since=short_day(row.known_since),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    label: str
    words: str


def facts(person: PersonRow, network: PcnRow | None) -> list[Fact]:
    """The coded facts about a person, in words."""
    return [
        Fact(label="Stage", words=word("perinatal_stage", person.perinatal_stage)),
        Fact(label="Age", words=word("age_band", person.age_band)),
        Fact(label="Practice", words=practice(person.practice_ods_code, network)),
        Fact(label="Language", words=word("preferred_language", person.preferred_language)),
        Fact(label="Interpreter", words="Needed" if person.interpreter_required else "Not needed"),
        Fact(label="Ethnic group", words=word("ethnic_category", person.ethnic_category)),
    ]


def practice(ods_code: str | None, network: PcnRow | None) -> str:
    names = {each["ods_code"]: each["name"] for each in network.practices} if network else {}
    return names.get(ods_code, ods_code) if ods_code else "Not known"


def needs(person: PersonRow) -> str | None:
    """What to arrange before every contact; None when there is nothing."""
    if not person.interpreter_required:
        return None
    language = word("preferred_language", person.preferred_language)
    return "Interpreter needed" if person.preferred_language == _ENGLISH else f"Interpreter needed: {language}"
