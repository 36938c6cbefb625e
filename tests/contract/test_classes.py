"""The classes: their names, what they say, what they refuse to write and what they put up with reading."""

import json
import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args, get_type_hints
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

import contracts
from contracts import REGISTRY, UnknownType
from contracts.event import Fact, PublicEvent
from contracts.referral import PcnConfiguredV1, PersonErasedV1, ReferralAcceptedV1
from deploy.cli.contract_examples import BIRTH_DATE, FULL_NAME, NHS_NUMBER, NOTE
from services.kit.personal import PERSONAL
from services.outcomes.domain.events import STORED_NAMES as OUTCOMES
from services.referral.domain.events import STORED_NAMES as REFERRAL
from services.scheduling.domain.events import STORED_NAMES as SCHEDULING
from services.training.domain.events import STORED_NAMES as TRAINING

TYPE = re.compile(r"^perinatal-[a-z]+(-[a-z]+)+-[1-9][0-9]*$")
PERSON = "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b11"
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PERSON_ID_OF_THE_STORY = "a8ad9d03-ad15-55c5-a11a-67e5f32a3d11"

# Words in a field's name that speak of somebody, or of what somebody wrote.
PERSONAL_WORDS = {
    "actor",
    "address",
    "answers",
    "birth",
    "born",
    "clinician",
    "comment",
    "delivery",
    "dob",
    "email",
    "forename",
    "initials",
    "items",
    "mobile",
    "name",
    "nhs",
    "note",
    "notes",
    "phone",
    "postcode",
    "reference",
    "street",
    "surname",
    "telephone",
    "text",
    "title",
    "user",
}
# {class.field: why it is not personal}
NOT_PERSONAL = {
    "PcnConfiguredV1.name": "the name of a network",
    "Practice.name": "the name of a practice",
    "PersonRegisteredV1.nhs_number_status": "a code, not the number",
    "PersonDetailsChangedV1.nhs_number_status": "a code, not the number",
    "MeasureRecordedV1.items_answered": "a count, not the answers",
    "AppointmentBookedV1.clinician_id": "the id of an account",
    "MeasureCorrectedV1.items_answered": "a count, not the answers",
}

EVENTS = [pytest.param(event, id=name) for name, event in REGISTRY.items()]


@pytest.mark.parametrize("event", EVENTS)
def test_a_type_is_named_after_its_class(event: type[PublicEvent]) -> None:
    assert TYPE.match(event.TYPE)
    assert type_of(event.__name__) == event.TYPE
    assert event.TOPIC.startswith("perinatal.")


def test_the_rule_of_names() -> None:
    assert type_of("MeasureRecordedV1") == "perinatal-measure-recorded-1"
    assert type_of("PersonDetailsChangedV12") == "perinatal-person-details-changed-12"


def test_every_class_is_in_the_registry() -> None:
    assert {event for event in facts() if "TYPE" in vars(event)} == set(REGISTRY.values())


def test_every_class_and_every_field_is_described() -> None:
    fields_said = {
        f"{model.__name__}.{name}": field.description for model in facts() for name, field in model.model_fields.items()
    }
    assert [name for name, said in fields_said.items() if not said] == []
    assert [model.__name__ for model in facts() if not vars(model).get("__doc__")] == []


def test_no_field_speaks_of_somebody() -> None:
    found = {field for model in facts() for field in personal_fields(model)}
    assert found == NOT_PERSONAL.keys()


def test_a_field_that_speaks_of_somebody_is_seen() -> None:
    class Leaky(BaseModel):
        full_name: str
        nhs_number: str
        care_strand: str

    assert personal_fields(Leaky) == ["Leaky.full_name", "Leaky.nhs_number"]


def test_no_sealed_field_of_a_stored_event_is_published() -> None:
    sealed = {
        name
        for stored in (OUTCOMES, REFERRAL, SCHEDULING, TRAINING)
        for event in stored.values()
        for name in sealed_fields(event)
    }
    published = {name for model in facts() for name in model.model_fields}
    assert {"full_name", "nhs_number", "birth_date", "note"} <= sealed
    assert sealed & published == set()


def test_nothing_the_story_knows_of_the_person_is_in_an_example() -> None:
    folder = Path(contracts.__file__).parent
    text = "".join(path.read_text("utf-8") for path in [*folder.glob("examples/*"), folder / "asyncapi.yaml"])
    assert PERSON_ID_OF_THE_STORY in text
    assert [said for said in (FULL_NAME, NHS_NUMBER, NOTE, BIRTH_DATE.isoformat()) if said in text] == []


def test_a_writer_may_not_add_a_field() -> None:
    with pytest.raises(ValidationError, match="full_name"):
        PersonErasedV1(person_id=PERSON, erased_at=AT, full_name="x")  # type: ignore[call-arg]


@pytest.mark.parametrize("as_bytes", [True, False])
def test_a_reader_ignores_what_it_does_not_know(as_bytes: bool) -> None:
    data: dict[str, Any] = {
        "pcn_ods_code": "U99001",
        "name": "Example",
        "practices": [{"ods_code": "Y1", "name": "Surgery", "list_size": 9000}],
        "care_strands": ["a-strand-of-tomorrow"],
        "waiting_threshold_days": 28,
        "configured_at": "2026-03-02T09:30:00Z",
        "region": "somewhere",
    }
    event = contracts.parse(PcnConfiguredV1.TYPE, json.dumps(data).encode() if as_bytes else data)
    assert isinstance(event, PcnConfiguredV1)
    assert event.care_strands == ["a-strand-of-tomorrow"]


def test_a_reader_says_what_it_cannot_read() -> None:
    with pytest.raises(UnknownType):
        contracts.parse("perinatal-tea-served-1", b"{}")
    with pytest.raises(ValidationError):
        contracts.parse(PersonErasedV1.TYPE, b"not json")
    with pytest.raises(ValidationError, match="erased_at"):
        contracts.parse(PersonErasedV1.TYPE, {"person_id": PERSON})


def test_ids_are_text_and_times_are_utc() -> None:
    summer = timezone(timedelta(hours=1))
    event = ReferralAcceptedV1(
        referral_id=UUID(PERSON), person_id=PERSON, care_strand="universal", accepted_at=AT.astimezone(summer)
    )
    assert event.referral_id == PERSON
    assert json.loads(event.data())["accepted_at"] == "2026-03-02T09:30:00Z"


@pytest.mark.parametrize("wrong", [{"person_id": "Jo"}, {"person_id": 7}, {"erased_at": "2026-03-02T09:30:00"}])
def test_a_broken_value_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        contracts.parse(PersonErasedV1.TYPE, {"person_id": PERSON, "erased_at": AT.isoformat(), **wrong})


def test_an_event_cannot_be_changed() -> None:
    event = PersonErasedV1(person_id=PERSON, erased_at=AT)
    with pytest.raises(ValidationError, match="frozen"):
        event.person_id = "another"  # type: ignore[misc]


def type_of(name: str) -> str:
    """perinatal-<thing>-<change>-<major> of a class name <Thing><Change>V<major>."""
    words, _, major = name.rpartition("V")
    return "-".join(["perinatal", *(word.lower() for word in re.findall("[A-Z][a-z]+", words)), major])


def personal_fields(model: type[BaseModel]) -> list[str]:
    return [f"{model.__name__}.{name}" for name in model.model_fields if PERSONAL_WORDS & set(name.split("_"))]


def sealed_fields(event: type[Any]) -> list[str]:
    assert is_dataclass(event)
    hints = get_type_hints(event, include_extras=True)
    return [field.name for field in fields(event) if PERSONAL in get_args(hints[field.name])[1:]]


def facts() -> list[type[Fact]]:
    """Every class of the contracts."""
    return sorted(_below(Fact), key=lambda model: model.__name__)


def _below(model: type[Fact]) -> set[type[Fact]]:
    ours = [child for child in model.__subclasses__() if child.__module__.startswith("contracts.")]
    return {each for child in ours for each in {child} | _below(child)}
