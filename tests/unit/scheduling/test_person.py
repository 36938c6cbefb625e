from datetime import timedelta

import pytest

from services.kit.testing import NOW
from services.scheduling.domain import person
from services.scheduling.domain.person import Known, NotePerson, PersonUnknown, require_known
from tests.unit.scheduling.scenarios import PERSON, known, people

NOTE = NotePerson(person_id=PERSON, registered_at=NOW - timedelta(days=1))


def test_a_registered_person_is_noted_once() -> None:
    people().given().when(NOTE).then(known())
    people().given(known()).when(NOTE).then()


def test_an_unknown_person_is_refused_by_field() -> None:
    with pytest.raises(PersonUnknown) as refused:
        require_known(person.initial())
    assert (refused.value.slug, refused.value.field) == ("person-unknown", "person_id")
    require_known(Known())
