"""What becomes of the record of somebody who was erased."""

import pytest

from services.kit.errors import Erased
from services.kit.testing import Decider
from services.outcomes.domain import record as records
from services.outcomes.domain.goals import SetGoal
from services.outcomes.domain.record import CloseEpisode, EnrolPerson, ForgetPerson, OpenEpisode, RecordCommand
from tests.unit.outcomes.builders import (
    DAY,
    EARLIER,
    GOAL,
    NOW,
    PERSON,
    REFERRAL,
    a_correct_command,
    a_record_command,
    closed,
    enrolled,
    erased,
    opened,
    recorded,
)

record = Decider(decide=records.decide, evolve=records.evolve, initial=records.initial, now=NOW)
FORGET = ForgetPerson(person_id=PERSON, erased_at=NOW)
IDS = {"person_id": PERSON, "referral_id": REFERRAL}


def test_a_person_is_forgotten_once_whatever_was_heard_before() -> None:
    record.given(enrolled(), recorded()).when(FORGET).then(erased())
    record.given().when(FORGET).then(erased())
    record.given(enrolled(), erased()).when(FORGET).then()


@pytest.mark.parametrize(
    "command",
    [
        a_record_command(),
        a_correct_command(),
        SetGoal(person_id=PERSON, goal_id=GOAL, wording="to sleep", set_on=DAY),
    ],
    ids=lambda command: type(command).__name__,
)
def test_nothing_more_is_recorded(command: RecordCommand) -> None:
    record.given(enrolled(), recorded(), erased()).when(command).refused_with("erased", "person_id")


def test_nobody_is_enrolled_again() -> None:
    record.given(erased()).when(EnrolPerson(person_id=PERSON, registered_at=EARLIER)).then()


def test_how_care_went_is_still_taken_down_once() -> None:
    close = CloseEpisode(**IDS, ended_by="closed", reason="treatment-completed", ended_at=NOW)
    start = OpenEpisode(**IDS, care_strand="parent_infant", accepted_at=EARLIER)
    record.given(enrolled(), opened(), erased()).when(close).then(closed())
    record.given(enrolled(), erased()).when(start).then(opened())
    record.given(enrolled(), opened(), erased(), closed()).when(close).then()


def test_what_is_restricted_is_refused_too() -> None:
    with pytest.raises(Erased):
        records.enrolled(records.evolve(records.initial(), erased()))
