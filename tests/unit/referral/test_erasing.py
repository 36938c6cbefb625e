"""A person is erased: once, for good, and by a code instead of words."""

import pytest

from services.kit.testing import NOW, ProjectionCase, record
from services.referral.application import person_stream
from services.referral.codes import read_codes
from services.referral.domain.person import ErasePerson
from services.referral.erasing import REASON
from services.referral.projections.identities import IDENTITIES, IdentityRow
from tests.unit.referral.scenarios import PERSON, erased, people, register, registered

ERASE = ErasePerson(person_id=PERSON, reason="person_asked")
NOBODY = IdentityRow(
    person_id=PERSON,
    full_name=None,
    name_key=None,
    nhs_number=None,
    birth_date=None,
    external_reference=None,
    erased_at=NOW,
)


def test_a_registered_person_is_erased() -> None:
    people.given(registered()).when(ERASE).then(erased())


def test_erasing_again_changes_nothing_whatever_the_reason() -> None:
    people.given(registered(), erased()).when(ERASE).then()
    people.given(registered(), erased()).when(ErasePerson(person_id=PERSON, reason="registered_in_error")).then()


def test_nobody_unknown_can_be_erased() -> None:
    people.given().when(ERASE).refused_with("person-unknown", "person_id")


def test_an_erased_person_cannot_be_registered_again_under_the_same_id() -> None:
    people.given(registered(), erased()).when(register()).refused_with("erased", "person_id")


def test_nothing_personal_is_in_the_event() -> None:
    assert set(erased().__slots__) == {"person_id", "reason", "occurred_at"}


@pytest.mark.parametrize("before", [registered(), registered(full_name=None, nhs_number=None, birth_date=None)])
def test_of_an_identity_only_the_day_is_left_whether_or_not_the_key_is_gone(before: object) -> None:
    stream = person_stream(PERSON)
    log = [record(before, stream=stream, version=1), record(erased(), stream=stream, version=2)]
    ProjectionCase(IDENTITIES).given(*log).then(NOBODY)


def test_the_referrals_of_somebody_erased_are_closed_with_a_code_of_its_list() -> None:
    assert REASON in read_codes().lists["closing_reason"]
