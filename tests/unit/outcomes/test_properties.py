"""What must hold for any answers and any order of commands."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.errors import DomainError
from services.outcomes.domain import restricted
from services.outcomes.domain.events import MeasureCorrected, MeasureRecorded, RiskFlagged
from services.outcomes.domain.goals import RateGoal, SetGoal
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.periods import EndPeriod, StartPeriod
from services.outcomes.domain.record import CloseEpisode, EnrolPerson, OpenEpisode, decide, evolve, initial
from services.outcomes.domain.scoring import Answer, Orientation, score
from tests.unit.outcomes.builders import (
    DAY,
    EARLIER,
    GOAL,
    INSTRUMENTS,
    NOW,
    PERSON,
    REFERRAL,
    a_correct_command,
    a_record_command,
)

instruments = st.sampled_from(sorted(INSTRUMENTS.values(), key=lambda each: each.code))
orientations = st.sampled_from(list(Orientation))


@st.composite
def forms(draw: st.DrawFn) -> tuple[Instrument, list[Answer]]:
    """An instrument and a form of it, some items not answered."""
    instrument = draw(instruments)
    answer = [st.none() | st.integers(item.minimum, item.maximum) for item in instrument.items]
    return instrument, [draw(each) for each in answer]


@given(form=forms(), orientation=orientations)
@settings(max_examples=100, deadline=None)
def test_a_score_is_within_its_range_or_absent_with_a_reason(
    form: tuple[Instrument, list[Answer]], orientation: Orientation
) -> None:
    instrument, answers = form
    result = score(instrument, answers, orientation)

    for rule in instrument.scores:
        value = result.scores[rule.name]
        assert (value is None) == (result.bands[rule.name] is None)
        assert value is None or rule.minimum <= value <= rule.maximum
        assert value is not None or result.reason is not None
    assert result.answered + len(result.missing) == len(answers)


@given(form=forms())
@settings(max_examples=100, deadline=None)
def test_entering_by_position_and_by_points_comes_to_the_same(form: tuple[Instrument, list[Answer]]) -> None:
    instrument, answers = form
    by_position = score(instrument, answers, Orientation.POSITION)
    oriented = score(instrument, by_position.answers, Orientation.ORIENTED)

    assert (oriented.scores, oriented.flags, oriented.answers) == (
        by_position.scores,
        by_position.flags,
        by_position.answers,
    )


epds_answers = st.lists(st.none() | st.integers(0, 3), min_size=10, max_size=10).map(tuple)
commands = st.one_of(
    st.just(EnrolPerson(person_id=PERSON, registered_at=EARLIER)),
    st.just(OpenEpisode(person_id=PERSON, referral_id=REFERRAL, care_strand="universal", accepted_at=EARLIER)),
    st.builds(
        lambda given, days: a_record_command(given, completed_on=DAY + timedelta(days=days)),
        epds_answers,
        st.integers(0, 14),
    ),
    st.builds(a_record_command, epds_answers),
    st.builds(a_correct_command, epds_answers),
    st.just(CloseEpisode(person_id=PERSON, referral_id=REFERRAL, ended_by="closed", reason="other", ended_at=EARLIER)),
    st.just(SetGoal(person_id=PERSON, goal_id=GOAL, wording="to sleep", set_on=DAY)),
    st.builds(
        lambda rating, later: RateGoal(
            person_id=PERSON, goal_id=GOAL, rating=rating, rated_on=DAY + timedelta(days=later)
        ),
        st.integers(-1, 11),
        st.integers(-1, 3),
    ),
)


@given(sequence=st.lists(commands, max_size=12))
@settings(max_examples=100, deadline=None)
def test_whatever_was_decided_can_be_folded_and_versions_count_the_stream(sequence: list) -> None:
    state, log = initial(), []
    for command in sequence:
        try:
            events = decide(command, state, now=NOW)
        except DomainError:
            continue
        for event in events:
            state = evolve(state, event)
            log.append(event)
        assert decide(command, state, now=NOW) == []

    assert state.version == len(log)
    _assert_each_correction_supersedes_a_form_of_its_measure(log)


def _assert_each_correction_supersedes_a_form_of_its_measure(log: list) -> None:
    newest: dict[str, int] = {}
    for version, event in enumerate(log, 1):
        if isinstance(event, MeasureCorrected):
            assert event.supersedes_version == newest[event.measure_id]
        if isinstance(event, MeasureRecorded | MeasureCorrected):
            newest[event.measure_id] = version
            risky = event.form.answers[9] or 0
            assert bool(event.form.flagged_items) == (risky > 0)
    flags = [event.flag_id for event in log if isinstance(event, RiskFlagged)]
    assert len(flags) == len(set(flags))


periods = st.integers(0, 3).map(lambda number: f"period {number}")
days = st.integers(-8, 8).map(lambda number: DAY + timedelta(days=number))
period_commands = st.one_of(
    st.builds(
        lambda period_id, day: StartPeriod(
            person_id=PERSON, period_id=period_id, legal_status="02", counts_as="detention", started_on=day
        ),
        periods,
        days,
    ),
    st.builds(lambda period_id, day: EndPeriod(person_id=PERSON, period_id=period_id, ended_on=day), periods, days),
)


@given(sequence=st.lists(period_commands, max_size=20))
@settings(max_examples=200, deadline=None)
def test_mental_health_act_periods_never_overlap(sequence: list) -> None:
    state = restricted.initial()
    for command in sequence:
        try:
            events = restricted.decide(command, state, now=NOW)
        except DomainError:
            continue
        for event in events:
            state = restricted.evolve(state, event)

    ended = sorted((each.started_on, each.ended_on) for each in state.periods.values() if each.ended_on is not None)
    assert all(one[1] <= other[0] for one, other in pairwise(ended))
    assert sum(each.ended_on is None for each in state.periods.values()) <= 1
