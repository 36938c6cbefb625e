"""A session is planned with its scale fixed, and its register is taken once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.testing import NOW
from services.training.domain.events import ConfidenceRecorded, TrainingAttended
from services.training.domain.register import Confidence, answers_on
from services.training.domain.training_session import FURTHEST_AHEAD
from tests.unit.training.scenarios import (
    COLLEAGUE,
    ENDS,
    STARTS,
    a_colleague,
    an_attendee,
    answers,
    attended,
    confident,
    held,
    hold,
    schedule,
    scheduled,
    sessions,
)

MINUTE = timedelta(minutes=1)
COLLEAGUE_LINE = an_attendee(
    attendee_id=COLLEAGUE,
    full_name=None,
    professional_type="receptionist",
    practice_ods_code=None,
    org_ods_code="RXX01",
)


def test_a_session_is_planned() -> None:
    later = NOW + timedelta(days=30)
    times = {"starts_at": later, "ends_at": later + MINUTE}
    sessions.given().when(schedule(**times)).then(scheduled(**times))


def test_a_session_that_took_place_already_is_planned_too() -> None:
    sessions.given().when(schedule()).then(scheduled())


@pytest.mark.parametrize("ends_at", [STARTS, STARTS - MINUTE])
def test_a_session_ends_after_it_starts(ends_at: datetime) -> None:
    sessions.given().when(schedule(ends_at=ends_at)).refused_with("end-before-start", "ends_at")


def test_a_session_is_neither_long_ago_nor_far_ahead() -> None:
    long_ago, far_ahead = datetime(1, 1, 1, tzinfo=UTC), NOW + FURTHEST_AHEAD
    refused = "training-session-times-out-of-range"
    midnight = datetime(2000, 1, 1, tzinfo=UTC)
    sessions.given().when(schedule(starts_at=midnight - MINUTE)).refused_with(refused, "starts_at")
    sessions.given().when(schedule(starts_at=midnight)).then(scheduled(starts_at=midnight))
    sessions.given().when(schedule(starts_at=long_ago)).refused_with(refused, "starts_at")
    sessions.given().when(schedule(ends_at=far_ahead + MINUTE)).refused_with(refused, "ends_at")
    sessions.given().when(schedule(ends_at=far_ahead)).then(scheduled(ends_at=far_ahead))


def test_a_session_has_objectives_each_named_once() -> None:
    sessions.given().when(schedule(objectives=())).refused_with("objectives-missing", "objectives")
    twice = schedule(objectives=("ask-about-mood", "ask-about-mood"))
    sessions.given().when(twice).refused_with("objective-repeated", "objectives")


@pytest.mark.parametrize("before", [(scheduled(),), (scheduled(), held())])
def test_a_session_is_planned_once(before: tuple[object, ...]) -> None:
    sessions.given(*before).when(schedule()).refused_with("training-session-already-scheduled")


def test_a_register_says_who_attended_and_how_confident_they_felt() -> None:
    visitor = an_attendee(answers(4, 8), answers(0, 10, "include-partners"))
    sessions.given(scheduled()).when(hold(visitor, COLLEAGUE_LINE)).then(
        held(2),
        attended(),
        confident(4, 8),
        confident(0, 10, objective="include-partners"),
        a_colleague(),
    )


def test_an_answer_without_its_pair_is_taken_as_it_is() -> None:
    visitor = an_attendee(answers(4, None), answers(None, 7, "include-partners"))
    sessions.given(scheduled()).when(hold(visitor)).then(
        held(), attended(), confident(4, None), confident(None, 7, objective="include-partners")
    )


def test_a_register_taken_during_the_session_holds_it_now() -> None:
    still_on = replace(sessions, now=STARTS + MINUTE)
    now = {"occurred_at": STARTS + MINUTE}
    still_on.given(scheduled()).when(hold(an_attendee())).then(held(**now), attended(**now))


def test_a_register_is_not_taken_before_the_session() -> None:
    early = replace(sessions, now=STARTS - MINUTE)
    early.given(scheduled()).when(hold(an_attendee())).refused_with("training-session-not-begun")


def test_a_register_is_taken_once() -> None:
    register = hold(an_attendee())
    sessions.given(scheduled(), held(), attended()).when(register).refused_with("training-session-already-held")


def test_a_register_is_of_a_session() -> None:
    sessions.given().when(hold(an_attendee())).refused_with("training-session-unknown")


def test_a_register_has_somebody_on_it_and_nobody_twice() -> None:
    sessions.given(scheduled()).when(hold()).refused_with("attendees-missing", "attendees")
    sessions.given(scheduled()).when(hold(an_attendee(), an_attendee())).refused_with("attendee-repeated", "attendees")


@pytest.mark.parametrize(
    ("given_answers", "slug", "field"),
    [
        ([answers(1, 2, "recognise-distress")], "objective-not-of-session", "0.objective"),
        ([answers(1, 2), answers(3, 4)], "objective-repeated", ""),
        ([answers(None, None)], "confidence-unanswered", "0.before"),
        ([answers(11, 2)], "rating-out-of-scale", "0.before"),
        ([answers(1, 2), answers(1, -1, "include-partners")], "rating-out-of-scale", "1.after"),
    ],
)
def test_answers_are_about_the_sessions_objectives_on_its_scale(
    given_answers: list[Confidence], slug: str, field: str
) -> None:
    register = hold(COLLEAGUE_LINE, an_attendee(*given_answers))
    line = ".".join(part for part in ("attendees.1.confidence", field) if part)
    sessions.given(scheduled()).when(register).refused_with(slug, line)


@pytest.mark.parametrize(("scale", "rating"), [("1-5", 0), ("1-5", 6), ("0-10", -1), ("0-10", 11)])
def test_an_answer_off_the_scale_is_refused(scale: str, rating: int) -> None:
    off = hold(an_attendee(answers(rating, None)))
    sessions.given(scheduled(scale=scale)).when(off).refused_with("rating-out-of-scale")


def test_a_scale_is_what_its_code_says() -> None:
    assert list(answers_on("1-5")) == [1, 2, 3, 4, 5]
    assert (min(answers_on("0-10")), max(answers_on("0-10"))) == (0, 10)


RATINGS = st.none() | st.integers(-2, 12)
PAIRS = st.tuples(RATINGS, RATINGS)


@settings(max_examples=100)
@given(scale=st.sampled_from(["0-10", "1-5"]), pairs=st.lists(PAIRS, min_size=1, max_size=4))
def test_every_answer_taken_is_on_the_scale_and_none_is_lost(
    scale: str, pairs: list[tuple[int | None, int | None]]
) -> None:
    register = hold(*(an_attendee(answers(*pair), attendee_id=str(line)) for line, pair in enumerate(pairs)))
    outcome = sessions.given(scheduled(scale=scale)).when(register)
    given_ratings = [rating for pair in pairs for rating in pair if rating is not None]
    if (None, None) in pairs or any(rating not in answers_on(scale) for rating in given_ratings):
        assert outcome.refusal is not None
        assert outcome.refusal.slug in {"confidence-unanswered", "rating-out-of-scale"}
    else:
        told = [event for event in outcome.events if isinstance(event, ConfidenceRecorded)]
        assert [(each.before, each.after) for each in told] == pairs
        assert {each.scale for each in told} == {scale}
        assert sum(isinstance(event, TrainingAttended) for event in outcome.events) == len(pairs)
        assert {event.occurred_at for event in outcome.events} == {ENDS}
