"""A person a consultation was about is erased."""

import pytest

from contracts.referral import PersonErasedV1
from services.kit.errors import Erased
from services.kit.testing import NOW, record
from services.training.domain import person
from services.training.domain.person import ForgetPerson, Forgotten, require_not_erased
from services.training.incoming import SUBSCRIPTIONS
from tests.unit.training.scenarios import PERSON, erased, people

FORGET = ForgetPerson(person_id=PERSON, erased_at=NOW)


def test_an_erased_person_is_forgotten_once() -> None:
    people.given().when(FORGET).then(erased())
    people.given(erased()).when(FORGET).then()


def test_nothing_more_is_logged_about_an_erased_person() -> None:
    require_not_erased(person.initial())
    with pytest.raises(Erased) as refused:
        require_not_erased(Forgotten())
    assert (refused.value.slug, refused.value.field) == ("erased", "person_id")


def test_it_is_heard_from_the_referral_service() -> None:
    gone = record(PersonErasedV1(person_id=PERSON, erased_at=NOW), stream=f"person-{PERSON}", version=2)
    assert SUBSCRIPTIONS[PersonErasedV1](gone) == FORGET
