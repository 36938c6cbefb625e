from datetime import timedelta

import pytest

from services.kit.errors import Erased
from services.kit.testing import NOW
from services.scheduling.domain import person
from services.scheduling.domain.person import (
    ForgetPerson,
    Forgotten,
    Known,
    NotePerson,
    PersonUnknown,
    require_known,
    require_not_erased,
)
from tests.unit.scheduling.scenarios import PERSON, erased, known, people

NOTE = NotePerson(person_id=PERSON, registered_at=NOW - timedelta(days=1))
FORGET = ForgetPerson(person_id=PERSON, erased_at=NOW)


def test_a_registered_person_is_noted_once() -> None:
    people().given().when(NOTE).then(known())
    people().given(known()).when(NOTE).then()


def test_an_unknown_person_is_refused_by_field() -> None:
    with pytest.raises(PersonUnknown) as refused:
        require_known(person.initial())
    assert (refused.value.slug, refused.value.field) == ("person-unknown", "person_id")
    require_known(Known())


def test_an_erased_person_is_forgotten_once_whatever_was_heard_before() -> None:
    people().given(known()).when(FORGET).then(erased())
    people().given().when(FORGET).then(erased())
    people().given(known(), erased()).when(FORGET).then()


def test_nobody_becomes_known_again_after_they_were_erased() -> None:
    people().given(known(), erased()).when(NOTE).then()
    people().given(erased()).when(NOTE).then()


def test_an_erased_person_is_refused_by_field() -> None:
    for check in (require_known, require_not_erased):
        with pytest.raises(Erased) as refused:
            check(Forgotten())
        assert (refused.value.slug, refused.value.field) == ("erased", "person_id")
    require_not_erased(person.initial())
