"""The practices of the network, as they are heard of."""

import pytest

from contracts.referral import PcnConfiguredV1
from contracts.referral import Practice as PublicPractice
from services.kit.testing import NOW, record
from services.training.domain.practices import PracticeUnknown, evolve, initial, require_practice
from services.training.incoming import SUBSCRIPTIONS
from tests.unit.training.scenarios import PCN, PLANNED_AT, note_practices, practice_lists, practices_noted


def test_the_networks_practices_are_noted() -> None:
    practice_lists.given().when(note_practices("X00001", "X00002")).then(practices_noted("X00001", "X00002"))


def test_the_same_practices_again_change_nothing() -> None:
    practice_lists.given(practices_noted()).when(note_practices(at=NOW)).then()


def test_a_practice_that_joins_or_leaves_changes_the_list() -> None:
    practice_lists.given(practices_noted()).when(note_practices("X00002", at=NOW)).then(
        practices_noted("X00002", at=NOW)
    )


def test_a_network_without_practices_is_noted_too() -> None:
    nobody = practices_noted()
    empty = PcnConfiguredV1(
        pcn_ods_code=PCN,
        name="New",
        practices=[],
        care_strands=["universal"],
        waiting_threshold_days=28,
        configured_at=NOW,
    )
    command = SUBSCRIPTIONS[PcnConfiguredV1](record(empty, stream=f"pcn-{PCN}", version=1))
    [noted] = practice_lists.given(nobody).when(command).events
    assert (noted.practices, noted.occurred_at) == ((), NOW)


def test_what_the_referral_service_says_becomes_a_command() -> None:
    said = PcnConfiguredV1(
        pcn_ods_code=PCN,
        name="Northfield",
        practices=[PublicPractice(ods_code="X00001", name="Practice X00001")],
        care_strands=["universal"],
        waiting_threshold_days=28,
        configured_at=PLANNED_AT,
    )
    command = SUBSCRIPTIONS[PcnConfiguredV1](record(said, stream=f"pcn-{PCN}", version=1))
    assert command == note_practices()


def test_a_practice_of_the_network_is_known_also_after_it_left() -> None:
    state = evolve(evolve(initial(), practices_noted()), practices_noted("X00002"))
    for code in ("X00001", "X00002", None):
        require_practice(state, code, field="practice_ods_code")


def test_another_networks_practice_is_refused_and_the_field_is_named() -> None:
    with pytest.raises(PracticeUnknown) as refused:
        require_practice(initial(), "X00001", field="attendees.2.practice_ods_code")
    assert (refused.value.slug, refused.value.field) == ("practice-unknown", "attendees.2.practice_ods_code")
