"""One person's outcome record: who may have things recorded, their episodes, measures, risk flags and goals."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kit.errors import Erased
from services.outcomes.domain.events import (
    EpisodeClosed,
    EpisodeOpened,
    Form,
    GoalRated,
    GoalSet,
    MeasureCorrected,
    MeasureRecorded,
    PersonEnrolled,
    PersonErased,
    RecordEvent,
    RiskFlagged,
    RiskReviewed,
)
from services.outcomes.domain.flags import Flags, RaisedFlag, ReviewRisk, review
from services.outcomes.domain.goals import CurrentGoal, Goals, RateGoal, SetGoal, rate, set_goal
from services.outcomes.domain.measures import CorrectMeasure, CurrentMeasure, Measures, RecordMeasure, correct, record
from services.outcomes.domain.refusals import PersonUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class NotEnrolled:
    """Registration has not been heard of; episodes may have been, for the two come in either order."""

    version: int = 0
    opened: frozenset[str] = frozenset()
    closed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """Things may be recorded. `version` counts the stream's events, as the store does.

    `opened` and `closed` are referrals whose episode began, and that came to their end, in whatever order that was heard.
    """

    version: int
    opened: frozenset[str]
    closed: frozenset[str]
    measures: Measures = field(default_factory=dict)
    flags: Flags = field(default_factory=dict)
    goals: Goals = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The person was erased. Only how their episodes went is still taken down."""

    version: int
    opened: frozenset[str]
    closed: frozenset[str]


OutcomeRecord: TypeAlias = NotEnrolled | Enrolled | Forgotten


def initial() -> OutcomeRecord:
    return NotEnrolled()


def evolve(state: OutcomeRecord, event: RecordEvent) -> OutcomeRecord:
    state = pass_over(state)
    match event:
        case PersonEnrolled():
            return Enrolled(version=state.version, opened=state.opened, closed=state.closed)
        case PersonErased():
            return Forgotten(version=state.version, opened=state.opened, closed=state.closed)
        case EpisodeOpened(referral_id=referral_id):
            return replace(state, opened=state.opened | {referral_id})
        case EpisodeClosed(referral_id=referral_id):
            return replace(state, closed=state.closed | {referral_id})
        case _:
            return _enriched(state, event) if isinstance(state, Enrolled) else state


def pass_over(state: OutcomeRecord) -> OutcomeRecord:
    """A lost event still has its place in the stream."""
    return replace(state, version=state.version + 1)


def _enriched(
    state: Enrolled, event: MeasureRecorded | MeasureCorrected | RiskFlagged | RiskReviewed | GoalSet | GoalRated
) -> Enrolled:
    match event:
        case MeasureRecorded(measure_id=measure_id, form=form) | MeasureCorrected(measure_id=measure_id, form=form):
            return _with_measure(state, measure_id, form)
        case RiskFlagged(flag_id=flag_id, measure_id=measure_id):
            return _with_flag(state, flag_id, RaisedFlag(measure_id=measure_id))
        case RiskReviewed(flag_id=flag_id, measure_id=measure_id):
            return _with_flag(state, flag_id, RaisedFlag(measure_id=measure_id, reviewed=True))
        case GoalSet(goal_id=goal_id, set_on=set_on):
            return _with_goal(state, goal_id, CurrentGoal(set_on=set_on, ratings={}))
        case GoalRated(goal_id=goal_id):
            goal = state.goals[goal_id]
            return _with_goal(state, goal_id, replace(goal, ratings={**goal.ratings, event.rated_on: event.rating}))
        case _ as never:
            assert_never(never)


def _with_measure(state: Enrolled, measure_id: str, form: Form) -> Enrolled:
    before = state.measures.get(measure_id)
    current = CurrentMeasure(form=form, number=before.number + 1 if before else 1, version=state.version)
    return replace(state, measures={**state.measures, measure_id: current})


def _with_flag(state: Enrolled, flag_id: str, flag: RaisedFlag) -> Enrolled:
    return replace(state, flags={**state.flags, flag_id: flag})


def _with_goal(state: Enrolled, goal_id: str, goal: CurrentGoal) -> Enrolled:
    return replace(state, goals={**state.goals, goal_id: goal})


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolPerson:
    """The person was registered at this instant."""

    person_id: str
    registered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEpisode:
    """The person was accepted to a strand of care at this instant."""

    person_id: str
    referral_id: str
    care_strand: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEpisode:
    """The person's referral came to its end at this instant; `ended_by`: "closed", "withdrawn" or "redirected"."""

    person_id: str
    referral_id: str
    ended_by: str
    reason: str
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetPerson:
    """The person was erased at this instant."""

    person_id: str
    erased_at: datetime


FactCommand: TypeAlias = EnrolPerson | ForgetPerson | OpenEpisode | CloseEpisode
"""Made of another service's fact."""

RecordCommand: TypeAlias = FactCommand | RecordMeasure | CorrectMeasure | ReviewRisk | SetGoal | RateGoal


def stream_of(person_id: str) -> str:
    return f"record-{person_id}"


def enrolled(state: OutcomeRecord) -> Enrolled:
    """Raises PersonUnknown, Erased."""
    if isinstance(state, NotEnrolled):
        raise PersonUnknown(field="person_id")
    if isinstance(state, Forgotten):
        raise Erased(field="person_id")
    return state


def require_not_erased(state: OutcomeRecord) -> None:
    """Raises Erased."""
    if isinstance(state, Forgotten):
        raise Erased(field="person_id")


def decide(command: RecordCommand, state: OutcomeRecord, *, now: datetime) -> list[RecordEvent]:
    """Others' facts are always taken. The rest raise PersonUnknown, Erased, and the refusals of their own module."""
    match command:
        case EnrolPerson():
            return enrol(command, state)
        case ForgetPerson():
            return forget(command, state)
        case OpenEpisode():
            return open_episode(command, state)
        case CloseEpisode():
            return close_episode(command, state)
        case _:
            return _decide_on(command, enrolled(state), now)


def _decide_on(
    command: RecordMeasure | CorrectMeasure | ReviewRisk | SetGoal | RateGoal, state: Enrolled, now: datetime
) -> list[RecordEvent]:
    match command:
        case RecordMeasure():
            return [*record(command, state.measures, now)]
        case CorrectMeasure():
            return [*correct(command, state.measures, now)]
        case ReviewRisk():
            return [*review(command, state.flags, now)]
        case SetGoal():
            return [*set_goal(command, state.goals, now)]
        case RateGoal():
            return [*rate(command, state.goals, now)]
        case _ as never:
            assert_never(never)


def enrol(command: EnrolPerson, state: OutcomeRecord) -> list[RecordEvent]:
    """Once; never again after they were erased."""
    if not isinstance(state, NotEnrolled):
        return []
    return [PersonEnrolled(person_id=command.person_id, occurred_at=command.registered_at)]


def forget(command: ForgetPerson, state: OutcomeRecord) -> list[RecordEvent]:
    """Once, whether or not their registration was heard of."""
    if isinstance(state, Forgotten):
        return []
    return [PersonErased(person_id=command.person_id, occurred_at=command.erased_at)]


def open_episode(command: OpenEpisode, state: OutcomeRecord) -> list[RecordEvent]:
    """Once for each referral, whether or not the person is enrolled yet, or the referral's end was heard first."""
    if command.referral_id in state.opened:
        return []
    opened = EpisodeOpened(
        person_id=command.person_id,
        referral_id=command.referral_id,
        care_strand=command.care_strand,
        occurred_at=command.accepted_at,
    )
    return [opened]


def close_episode(command: CloseEpisode, state: OutcomeRecord) -> list[RecordEvent]:
    """Once for each referral, whether or not its beginning was heard."""
    if command.referral_id in state.closed:
        return []
    closed = EpisodeClosed(
        person_id=command.person_id,
        referral_id=command.referral_id,
        ended_by=command.ended_by,
        reason=command.reason,
        occurred_at=command.ended_at,
    )
    return [closed]
