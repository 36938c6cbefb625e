"""A register is corrected as often as needed: only what changes is told, and nothing where it is already so."""

import pytest

from services.training.domain.register import Attendee
from tests.unit.training.scenarios import (
    COLLEAGUE,
    a_colleague,
    an_attendee,
    answers,
    attended,
    confident,
    correct,
    held,
    register_corrected,
    removed,
    scheduled,
    sessions,
)

TAKEN = (scheduled(), held(), attended(), confident(4, 8))
VERA = an_attendee(answers(4, 8))
COLLEAGUE_LINE = Attendee(attendee_id=COLLEAGUE, professional_type="receptionist", org_ods_code="RXX01")


def test_somebody_forgotten_is_added() -> None:
    sessions.given(*TAKEN).when(correct(VERA, COLLEAGUE_LINE)).then(register_corrected(2), a_colleague())


def test_somebody_who_was_not_there_is_removed() -> None:
    given = sessions.given(scheduled(), held(2), attended(), confident(4, 8), a_colleague())
    given.when(correct(VERA)).then(register_corrected(1), removed(COLLEAGUE))


def test_an_answer_is_told_again() -> None:
    changed = correct(an_attendee(answers(5, 8)), reason="answers-entered-wrongly")
    sessions.given(*TAKEN).when(changed).then(register_corrected(1, "answers-entered-wrongly"), confident(5, 8))


def test_an_answer_is_taken_back() -> None:
    sessions.given(*TAKEN).when(correct(an_attendee())).then(register_corrected(), confident(None, None))


def test_an_answer_that_was_taken_back_may_be_given_again() -> None:
    before = (*TAKEN, register_corrected(), confident(None, None))
    sessions.given(*before).when(correct(VERA)).then(register_corrected(), confident(4, 8))


def test_details_are_told_again_and_the_name_stays() -> None:
    moved = correct(an_attendee(answers(4, 8), full_name=None, practice_ods_code="X00002"))
    sessions.given(*TAKEN).when(moved).then(register_corrected(), attended(practice_ods_code="X00002"))


def test_a_name_is_corrected() -> None:
    renamed = correct(an_attendee(answers(4, 8), full_name="Vera Example"))
    sessions.given(*TAKEN).when(renamed).then(register_corrected(), attended(full_name="Vera Example"))


def test_the_same_register_again_changes_nothing() -> None:
    sessions.given(*TAKEN).when(correct(VERA)).then()


def test_a_register_that_was_not_taken_is_not_corrected() -> None:
    sessions.given(scheduled()).when(correct(VERA)).refused_with("training-session-not-held")
    sessions.given().when(correct(VERA)).refused_with("training-session-unknown")


@pytest.mark.parametrize(
    ("register", "slug"),
    [
        ((), "attendees-missing"),
        ((VERA, VERA), "attendee-repeated"),
        ((an_attendee(answers(11, None)),), "rating-out-of-scale"),
        ((an_attendee(answers(1, 2, "something-else")),), "objective-not-of-session"),
    ],
)
def test_a_corrected_register_keeps_the_rules_of_a_register(register: tuple[Attendee, ...], slug: str) -> None:
    sessions.given(*TAKEN).when(correct(*register)).refused_with(slug)
