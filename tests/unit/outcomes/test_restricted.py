"""What may happen to a person's safeguarding concerns and Mental Health Act periods."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.kit.testing import Decider
from services.outcomes.domain.concerns import ChangeLevel, CloseConcern, OpenConcern
from services.outcomes.domain.periods import EndPeriod, StartPeriod
from services.outcomes.domain.restricted import decide, evolve, initial, stream_of
from tests.unit.outcomes.builders import (
    CONCERN,
    DAY,
    LONG_AGO,
    NOW,
    PERIOD,
    PERSON,
    TODAY,
    TOMORROW,
    concern_closed,
    concern_opened,
    level_changed,
    period_ended,
    period_started,
)

restricted = Decider(decide=decide, evolve=evolve, initial=initial, now=NOW)

OTHER = "00000000-0000-4000-8000-0000000000c2"
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
DAYS_THAT_CANNOT_BE = [(TOMORROW, "day-in-future"), (LONG_AGO, "day-too-early")]

OPEN = OpenConcern(
    person_id=PERSON, concern_id=CONCERN, level="concern-raised", opened_on=DAY, note="heard at the door"
)
CHANGE = ChangeLevel(person_id=PERSON, concern_id=CONCERN, level="early-help", changed_on=DAY)
CLOSE = CloseConcern(person_id=PERSON, concern_id=CONCERN, reason="no-longer-at-risk", closed_on=TODAY)
START = StartPeriod(person_id=PERSON, period_id=PERIOD, legal_status="02", counts_as="detention", started_on=DAY)
END = EndPeriod(person_id=PERSON, period_id=PERIOD, ended_on=TODAY)


def test_it_is_a_stream_of_its_own() -> None:
    assert stream_of(PERSON) == f"restricted-{PERSON}"


def test_a_concern_is_opened_once() -> None:
    restricted.given().when(OPEN).then(concern_opened())
    restricted.given(concern_opened()).when(OPEN).then()


def test_several_concerns_may_be_open_at_once() -> None:
    restricted.given(concern_opened()).when(replace(OPEN, concern_id=OTHER)).then(concern_opened(concern_id=OTHER))


def test_a_concern_is_taken_further_and_less_far() -> None:
    restricted.given(concern_opened()).when(CHANGE).then(level_changed())
    restricted.given(concern_opened(), level_changed()).when(replace(CHANGE, level="concern-raised")).then(
        level_changed("concern-raised")
    )


def test_the_level_it_has_changes_nothing() -> None:
    restricted.given(concern_opened()).when(replace(CHANGE, level="concern-raised")).then()
    restricted.given(concern_opened(), level_changed()).when(CHANGE).then()


def test_a_concern_is_closed_with_a_reason() -> None:
    restricted.given(concern_opened(), level_changed()).when(CLOSE).then(concern_closed())


def test_what_is_closed_stays_closed() -> None:
    given = restricted.given(concern_opened(), concern_closed())

    given.when(CHANGE).refused_with("concern-closed", "concern_id")
    given.when(CLOSE).refused_with("concern-closed", "concern_id")


def test_a_concern_that_is_not_there_is_refused() -> None:
    restricted.given(concern_opened(concern_id=OTHER)).when(CHANGE).refused_with("concern-unknown", "concern_id")
    restricted.given().when(CLOSE).refused_with("concern-unknown", "concern_id")


@pytest.mark.parametrize(("day", "slug"), DAYS_THAT_CANNOT_BE)
def test_a_concerns_day_that_cannot_be_is_refused(day: date, slug: str) -> None:
    restricted.given().when(replace(OPEN, opened_on=day)).refused_with(slug, "opened_on")
    restricted.given(concern_opened()).when(replace(CHANGE, changed_on=day)).refused_with(slug, "changed_on")
    restricted.given(concern_opened()).when(replace(CLOSE, closed_on=day)).refused_with(slug, "closed_on")


def test_a_concern_does_not_end_before_it_began() -> None:
    restricted.given(concern_opened()).when(replace(CLOSE, closed_on=BEFORE)).refused_with(
        "end-before-start", "closed_on"
    )
    restricted.given(concern_opened()).when(replace(CLOSE, closed_on=DAY)).then(concern_closed(closed_on=DAY))


def test_levels_follow_each_other() -> None:
    later = restricted.given(concern_opened(), level_changed(changed_on=TODAY))

    later.when(replace(CHANGE, level="child-in-need", changed_on=AFTER)).refused_with(
        "before-last-change", "changed_on"
    )
    later.when(replace(CLOSE, closed_on=AFTER)).refused_with("before-last-change", "closed_on")
    restricted.given(concern_opened()).when(replace(CHANGE, changed_on=BEFORE)).refused_with("before-last-change")


def test_a_period_starts_and_ends() -> None:
    restricted.given().when(START).then(period_started())
    restricted.given(period_started()).when(END).then(period_ended())


def test_a_period_is_started_once() -> None:
    restricted.given(period_started()).when(START).then()
    restricted.given(period_started(), period_ended()).when(START).then()


def test_a_period_may_last_less_than_a_day() -> None:
    restricted.given(period_started()).when(replace(END, ended_on=DAY)).then(period_ended(ended_on=DAY))


def test_two_periods_are_not_open_at_once() -> None:
    restricted.given(period_started()).when(replace(START, period_id=OTHER, started_on=TODAY)).refused_with(
        "mha-period-open", "started_on"
    )


def test_one_period_may_follow_the_other_on_the_same_day() -> None:
    following = replace(START, period_id=OTHER, legal_status="03", started_on=TODAY)

    restricted.given(period_started(), period_ended()).when(following).then(
        period_started(period_id=OTHER, legal_status="03", started_on=TODAY)
    )


def test_a_period_does_not_start_inside_another() -> None:
    restricted.given(period_started(), period_ended()).when(
        replace(START, period_id=OTHER, started_on=AFTER)
    ).refused_with("mha-periods-overlap", "started_on")


def test_an_earlier_period_may_be_entered_late_but_ends_before_the_later_begins() -> None:
    earlier = period_started(period_id=OTHER, started_on=BEFORE)
    given = restricted.given(period_started(), period_ended(), earlier)

    given.when(replace(END, period_id=OTHER, ended_on=AFTER)).refused_with("mha-periods-overlap", "ended_on")
    given.when(replace(END, period_id=OTHER, ended_on=DAY)).then(period_ended(period_id=OTHER, ended_on=DAY))


def test_a_short_period_may_begin_on_the_day_a_longer_one_began() -> None:
    assessed = period_started(period_id=OTHER, legal_status="20", counts_as="short-term-order")
    given = restricted.given(period_started(), period_ended(), assessed)

    given.when(replace(END, period_id=OTHER, ended_on=DAY)).then(period_ended(period_id=OTHER, ended_on=DAY))
    given.when(replace(END, period_id=OTHER, ended_on=AFTER)).refused_with("mha-periods-overlap")


def test_a_period_that_is_not_there_or_has_ended_cannot_end() -> None:
    restricted.given().when(END).refused_with("mha-period-unknown", "period_id")
    restricted.given(period_started(), period_ended()).when(END).refused_with("mha-period-ended", "period_id")


@pytest.mark.parametrize(("day", "slug"), DAYS_THAT_CANNOT_BE)
def test_a_periods_day_that_cannot_be_is_refused(day: date, slug: str) -> None:
    restricted.given().when(replace(START, started_on=day)).refused_with(slug, "started_on")
    restricted.given(period_started()).when(replace(END, ended_on=day)).refused_with(slug, "ended_on")


def test_a_period_does_not_end_before_it_started() -> None:
    restricted.given(period_started()).when(replace(END, ended_on=BEFORE)).refused_with("end-before-start", "ended_on")
