"""The outcomes service's part of the story behind the examples."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from deploy.cli.example_log import ExampleLog
from services.kit.tenancy import TenantId
from services.outcomes.domain import record, restricted
from services.outcomes.domain.concerns import ChangeLevel, CloseConcern, OpenConcern
from services.outcomes.domain.events import STORED_NAMES, RiskFlagged
from services.outcomes.domain.flags import ReviewRisk
from services.outcomes.domain.goals import RateGoal, SetGoal
from services.outcomes.domain.measures import CorrectMeasure, Occasion, RecordMeasure
from services.outcomes.domain.periods import EndPeriod, StartPeriod
from services.outcomes.domain.scoring import Orientation, Result, score
from services.outcomes.library import read_library
from services.outcomes.outgoing import PUBLISHED


def outcomes_story(tenant: TenantId, *, began: datetime, person: str, note: str) -> ExampleLog:
    """A measure is corrected and raises a flag that is reviewed; a goal is rated; what few may read comes last."""
    log = ExampleLog(service="outcomes", tenant=tenant, names=STORED_NAMES, published=PUBLISHED)
    enrol = record.EnrolPerson(person_id=person, registered_at=began + timedelta(days=1))
    log.decide(record.stream_of(person), record, enrol, at=began + timedelta(days=1))
    _measure(log, began, person, note)
    _goal(log, began, person, note)
    _concern(log, began, person, note)
    _period(log, began, person)
    return log


def _measure(log: ExampleLog, began: datetime, person: str, note: str) -> None:
    stream, at = record.stream_of(person), began + timedelta(days=8)
    filled = RecordMeasure(
        person_id=person,
        result=_scored(1, 1, 2, 1, 1, 2, 0, 1, 1, 1),
        orientation=Orientation.ORIENTED,
        occasion=Occasion(completed_on=at.date(), collection_point="baseline", gestation_weeks=24.0),
    )
    log.decide(stream, record, filled, at=at)
    correct = CorrectMeasure(
        person_id=person,
        measure_id=filled.measure_id,
        result=_scored(1, 1, 2, 1, 1, 2, 1, 1, 1, 1),
        orientation=Orientation.ORIENTED,
        reason_code="entry-error",
        note=note,
    )
    log.decide(stream, record, correct, at=at + timedelta(days=1))
    flag = next(each.event.flag_id for each in log.of(stream) if isinstance(each.event, RiskFlagged))
    review = ReviewRisk(person_id=person, flag_id=flag, outcome="safety-plan-agreed", note=note)
    log.decide(stream, record, review, at=at + timedelta(days=1, hours=2))


def _goal(log: ExampleLog, began: datetime, person: str, note: str) -> None:
    stream, goal, at = record.stream_of(person), _id("goal"), began + timedelta(days=10)
    log.decide(stream, record, SetGoal(person_id=person, goal_id=goal, wording=note, set_on=at.date()), at=at)
    log.decide(stream, record, RateGoal(person_id=person, goal_id=goal, rating=3, rated_on=at.date()), at=at)


def _concern(log: ExampleLog, began: datetime, person: str, note: str) -> None:
    stream, concern, at = restricted.stream_of(person), _id("safeguarding-concern"), began + timedelta(days=11)
    opened = OpenConcern(person_id=person, concern_id=concern, level="concern-raised", opened_on=at.date(), note=note)
    log.decide(stream, restricted, opened, at=at)
    at += timedelta(days=7)
    raised = ChangeLevel(person_id=person, concern_id=concern, level="early-help", changed_on=at.date())
    log.decide(stream, restricted, raised, at=at)
    at += timedelta(days=30)
    closed = CloseConcern(person_id=person, concern_id=concern, reason="no-longer-at-risk", closed_on=at.date())
    log.decide(stream, restricted, closed, at=at)


def _period(log: ExampleLog, began: datetime, person: str) -> None:
    stream, period, at = restricted.stream_of(person), _id("mha-period"), began + timedelta(days=50)
    started = StartPeriod(
        person_id=person, period_id=period, legal_status="02", counts_as="detention", started_on=at.date()
    )
    log.decide(stream, restricted, started, at=at)
    at += timedelta(days=12)
    log.decide(stream, restricted, EndPeriod(person_id=person, period_id=period, ended_on=at.date()), at=at)


def _id(thing: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"perinatal/example/{thing}"))


def _scored(*answers: int) -> Result:
    return score(read_library().instruments["epds"], answers)
