"""A risk flag is looked at once, and stays whatever a correction says."""

from dataclasses import replace

from services.kit.testing import Decider
from services.outcomes.domain.flags import ReviewRisk
from services.outcomes.domain.record import decide, evolve, initial
from tests.unit.outcomes.builders import (
    AT_RISK,
    CALM,
    FLAG,
    NOW,
    PERSON,
    a_correct_command,
    a_form,
    corrected,
    enrolled,
    flagged,
    recorded,
    reviewed,
)

record = Decider(decide=decide, evolve=evolve, initial=initial, now=NOW)

REVIEW = ReviewRisk(person_id=PERSON, flag_id=FLAG, outcome="safety-plan-agreed", note="spoke on the telephone")
RAISED = (enrolled(), recorded(a_form(AT_RISK)), flagged(FLAG))


def test_a_flag_is_reviewed_with_what_came_of_it() -> None:
    record.given(*RAISED).when(REVIEW).then(reviewed())


def test_a_note_is_not_needed() -> None:
    record.given(*RAISED).when(replace(REVIEW, note=None)).then(reviewed(note=None))


def test_a_flag_is_reviewed_once() -> None:
    given = record.given(*RAISED, reviewed())

    given.when(REVIEW).refused_with("risk-flag-already-reviewed", "flag_id")
    given.when(replace(REVIEW, outcome="crisis-team")).refused_with("risk-flag-already-reviewed")


def test_a_correction_takes_no_flag_away() -> None:
    record.given(*RAISED, corrected(a_form(CALM))).when(REVIEW).then(reviewed())


def test_a_reviewed_flag_is_not_raised_again_by_the_same_answer() -> None:
    form = a_form((1, *AT_RISK[1:]))

    record.given(*RAISED, reviewed()).when(a_correct_command((1, *AT_RISK[1:]))).then(corrected(form))


def test_each_flag_is_reviewed_by_itself() -> None:
    other = "00000000-0000-4000-8000-0000000000f2"

    record.given(*RAISED, flagged(other), reviewed()).when(replace(REVIEW, flag_id=other)).then(reviewed(other))


def test_a_flag_that_is_not_there_cannot_be_reviewed() -> None:
    record.given(enrolled(), recorded()).when(REVIEW).refused_with("risk-flag-unknown", "flag_id")


def test_a_flag_of_somebody_unknown_cannot_be_reviewed() -> None:
    record.given().when(REVIEW).refused_with("person-unknown", "person_id")
