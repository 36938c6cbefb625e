"""What may happen to one person's outcome record."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import pytest

from services.kit.testing import Decider
from services.outcomes.domain.record import CloseEpisode, EnrolPerson, OpenEpisode, decide, evolve, initial
from services.outcomes.domain.scoring import Orientation
from tests.unit.outcomes.builders import (
    AT_RISK,
    CALM,
    DAY,
    EARLIER,
    MEASURE,
    NOW,
    PERSON,
    REFERRAL,
    a_correct_command,
    a_form,
    a_record_command,
    closed,
    corrected,
    enrolled,
    flagged,
    opened,
    recorded,
    scored,
)

record = Decider(decide=decide, evolve=evolve, initial=initial, now=NOW)

ENROL = EnrolPerson(person_id=PERSON, registered_at=EARLIER)
OPEN = OpenEpisode(person_id=PERSON, referral_id=REFERRAL, care_strand="parent_infant", accepted_at=EARLIER)
CLOSE = CloseEpisode(
    person_id=PERSON, referral_id=REFERRAL, ended_by="closed", reason="treatment-completed", ended_at=NOW
)
WORSE = (*AT_RISK[:9], 3)


def flag_id(number: int, item: int = 10, measure_id: str = MEASURE) -> str:
    return str(uuid5(NAMESPACE_URL, f"risk-flag/{measure_id}/{number}/{item}"))


def test_a_registered_person_is_enrolled_once() -> None:
    record.given().when(ENROL).then(enrolled())
    record.given(enrolled()).when(ENROL).then()


def test_an_episode_is_taken_before_and_after_its_person_is_known() -> None:
    record.given().when(OPEN).then(opened())
    record.given(enrolled()).when(OPEN).then(opened())


def test_an_episode_is_taken_once_whichever_came_first() -> None:
    record.given(opened()).when(OPEN).then()
    record.given(opened(), enrolled()).when(OPEN).then()
    record.given(enrolled(), opened()).when(OPEN).then()


def test_a_second_referral_opens_a_second_episode() -> None:
    second = replace(OPEN, referral_id="00000000-0000-4000-8000-0000000000a2")

    record.given(enrolled(), opened()).when(second).then(replace(opened(), referral_id=second.referral_id))


def test_an_episode_is_closed_whether_or_not_its_beginning_was_heard() -> None:
    record.given(enrolled(), opened()).when(CLOSE).then(closed())
    record.given().when(CLOSE).then(closed())
    record.given(closed()).when(OPEN).then(opened())


def test_an_episode_is_closed_once() -> None:
    record.given(enrolled(), opened(), closed()).when(CLOSE).then()
    record.given(closed(), enrolled()).when(CLOSE).then()
    record.given(closed(), enrolled(), opened()).when(replace(CLOSE, ended_by="withdrawn")).then()
    record.given(closed(), opened(), enrolled()).when(OPEN).then()


def test_a_person_whose_episode_came_first_is_still_enrolled() -> None:
    record.given(opened()).when(ENROL).then(enrolled())


def test_a_measure_is_recorded_with_its_scores() -> None:
    record.given(enrolled()).when(a_record_command()).then(recorded())


def test_a_measure_keeps_how_it_was_entered_and_when_in_care() -> None:
    command = a_record_command(collection_point="review", gestation_weeks=31.5)
    command = replace(command, orientation=Orientation.POSITION, result=scored("epds", [0] * 10, Orientation.POSITION))
    form = a_form(
        (0, 0, 3, 0, 3, 3, 3, 3, 3, 3),
        orientation="position",
        bands={"total": "probable"},
        collection_point="review",
        gestation_weeks=31.5,
    )

    record.given(enrolled()).when(command).then(
        recorded(form, measure_id=command.measure_id),
        flagged(flag_id(1, measure_id=command.measure_id), measure_id=command.measure_id),
    )


def test_a_self_harm_answer_raises_a_flag_however_low_the_total() -> None:
    record.given(enrolled()).when(a_record_command(AT_RISK)).then(recorded(a_form(AT_RISK)), flagged(flag_id(1)))


def test_a_self_harm_answer_raises_a_flag_when_there_is_no_total() -> None:
    given = (*([None] * 9), 1)
    form = a_form(
        given,
        scores={"total": None},
        bands={"total": None},
        reason="total: 9 of 10 items not answered, none may be missing",
        items_answered=1,
        complete=False,
    )

    record.given(enrolled()).when(a_record_command(given)).then(recorded(form), flagged(flag_id(1)))


def test_the_flag_of_phq9_is_its_own_item() -> None:
    command = a_record_command((0, 0, 0, 0, 0, 0, 0, 0, 2), code="phq9")
    outcome = record.given(enrolled()).when(command)

    assert [event.item for event in outcome.events[1:]] == [9]


def test_the_same_measure_with_the_same_answers_changes_nothing() -> None:
    record.given(enrolled(), recorded()).when(a_record_command()).then()
    record.given(enrolled(), recorded(a_form(AT_RISK)), flagged(flag_id(1))).when(a_record_command(AT_RISK)).then()


def test_the_same_answers_entered_by_position_are_the_same_measure() -> None:
    places = (0, 2, 2, 0, 3, 2, 0, 3, 3, 3)
    command = replace(a_record_command(), result=scored("epds", places, Orientation.POSITION))

    record.given(enrolled(), recorded()).when(command).then()


def test_the_same_measure_with_other_answers_has_to_be_a_correction() -> None:
    record.given(enrolled(), recorded()).when(a_record_command(AT_RISK)).refused_with(
        "measure-already-recorded", "completed_on"
    )
    record.given(enrolled(), recorded(), corrected()).when(a_record_command(CALM)).refused_with(
        "measure-already-recorded"
    )


@pytest.mark.parametrize(
    "other",
    [
        a_record_command(completed_on=DAY + timedelta(days=1)),
        a_record_command(collection_point="review"),
        a_record_command(collection_point=None),
        a_record_command((0,) * 9, code="phq9"),
    ],
)
def test_another_day_point_or_instrument_is_another_measure(other) -> None:
    outcome = record.given(enrolled(), recorded()).when(other)

    assert [type(event).__name__ for event in outcome.events] == ["MeasureRecorded"]
    assert outcome.events[0].measure_id == other.measure_id != MEASURE


def test_a_measure_of_somebody_unknown_is_refused() -> None:
    record.given().when(a_record_command()).refused_with("person-unknown", "person_id")
    record.given(opened()).when(a_record_command()).refused_with("person-unknown")
    record.given(opened()).when(a_correct_command()).refused_with("person-unknown", "person_id")


def test_a_measure_without_an_answer_is_refused() -> None:
    record.given(enrolled()).when(a_record_command((None,) * 10)).refused_with("measure-unanswered", "items")
    record.given(enrolled(), recorded()).when(a_correct_command((None,) * 10)).refused_with("measure-unanswered")


@pytest.mark.parametrize(
    ("day", "slug"),
    [(date(2026, 6, 2), "completed-in-future"), (date(1999, 12, 31), "completed-too-early")],
)
def test_a_day_that_cannot_be_is_refused(day: date, slug: str) -> None:
    record.given(enrolled()).when(a_record_command(completed_on=day)).refused_with(slug, "completed_on")


@pytest.mark.parametrize("day", [date(2026, 6, 1), date(2000, 1, 1)])
def test_the_first_and_the_last_possible_day_are_taken(day: date) -> None:
    assert record.given(enrolled()).when(a_record_command(completed_on=day)).events


def test_today_is_today_in_england() -> None:
    # 23:30 UTC on 1 June is 00:30 on 2 June in British summer; on 1 December it is still the same day.
    summer = replace(record, now=datetime(2026, 6, 1, 23, 30, tzinfo=UTC))
    winter = replace(record, now=datetime(2026, 12, 1, 23, 30, tzinfo=UTC))

    assert summer.given(enrolled()).when(a_record_command(completed_on=date(2026, 6, 2))).events
    winter.given(enrolled()).when(a_record_command(completed_on=date(2026, 12, 2))).refused_with("completed-in-future")


def test_a_correction_supersedes_and_says_what() -> None:
    record.given(enrolled(), recorded(a_form(AT_RISK)), flagged(flag_id(1))).when(a_correct_command(CALM)).then(
        corrected(a_form(CALM), supersedes=2)
    )


def test_a_second_correction_supersedes_the_first() -> None:
    # versions: 1 enrolled, 2 recorded, 3 episode, 4 corrected
    record.given(enrolled(), recorded(), opened(), corrected(a_form((1, *CALM[1:])))).when(
        a_correct_command(CALM)
    ).then(corrected(a_form(CALM), supersedes=4))


def test_a_correction_keeps_day_point_and_weeks() -> None:
    before = a_form(collection_point="end", completed_on=date(2026, 1, 2), gestation_weeks=40.0, infant_age_weeks=3)
    outcome = record.given(enrolled(), recorded(before)).when(a_correct_command(AT_RISK))

    assert outcome.events[0].form == replace(
        a_form(AT_RISK),
        collection_point="end",
        completed_on=date(2026, 1, 2),
        gestation_weeks=40.0,
        infant_age_weeks=3,
    )


def test_a_correction_to_the_same_answers_changes_nothing() -> None:
    record.given(enrolled(), recorded()).when(a_correct_command(CALM)).then()


def test_a_correction_may_raise_a_flag() -> None:
    record.given(enrolled(), recorded()).when(a_correct_command(AT_RISK)).then(corrected(), flagged(flag_id(2)))


def test_a_flag_already_up_is_raised_again_only_when_the_answer_is_worse() -> None:
    given = record.given(enrolled(), recorded(a_form(AT_RISK)), flagged(flag_id(1)))
    worse = a_form(WORSE, bands={"total": "possible"})

    given.when(a_correct_command((1, *AT_RISK[1:]))).then(corrected(a_form((1, *AT_RISK[1:]))))
    given.when(a_correct_command(WORSE)).then(corrected(worse), flagged(flag_id(2)))


def test_a_flag_corrected_away_is_raised_anew_when_the_answer_comes_back() -> None:
    record.given(enrolled(), recorded(a_form(AT_RISK)), flagged(flag_id(1)), corrected(a_form(CALM))).when(
        a_correct_command(AT_RISK)
    ).then(corrected(a_form(AT_RISK), supersedes=4), flagged(flag_id(3)))


def test_a_measure_that_is_not_there_cannot_be_corrected() -> None:
    record.given(enrolled()).when(a_correct_command()).refused_with("measure-unknown", "measure_id")


def test_a_correction_cannot_change_the_instrument() -> None:
    record.given(enrolled(), recorded()).when(a_correct_command((0,) * 9, code="phq9")).refused_with(
        "instrument-differs", "measure_id"
    )


def test_every_measure_of_a_person_is_remembered() -> None:
    later = a_record_command(completed_on=DAY + timedelta(days=1))
    second = recorded(a_form(completed_on=DAY + timedelta(days=1)), measure_id=later.measure_id)
    given = record.given(enrolled(), recorded(), second)

    given.when(a_record_command()).then()
    given.when(a_correct_command(CALM)).then()
    given.when(later).then()
