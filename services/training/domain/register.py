"""The register of a training session: who attended, how confident they felt, and how one register becomes another."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from services.training.domain.events import ConfidenceRecorded, TrainingAttendanceRemoved, TrainingAttended
from services.training.domain.refusals import (
    AttendeeRepeated,
    AttendeesMissing,
    ConfidenceUnanswered,
    ObjectiveNotOfSession,
    ObjectiveRepeated,
    RatingOutOfScale,
)

Told: TypeAlias = TrainingAttended | TrainingAttendanceRemoved | ConfidenceRecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """The answers of one attendee about one objective; one of the two may be missing."""

    objective: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """A professional on the register."""

    attendee_id: str
    professional_type: str
    full_name: str | None = None
    practice_ods_code: str | None = None
    org_ods_code: str | None = None
    confidence: tuple[Confidence, ...] = ()


Register: TypeAlias = Mapping[str, Attendee]
"""{attendee id: as last told}"""


def with_told(register: Register, event: Told) -> Register:
    """The register after one more fact. Answers of nobody on it change nothing."""
    known = register.get(event.attendee_id)
    match event:
        case TrainingAttended():
            return {**register, event.attendee_id: _attendee(event, known.confidence if known else ())}
        case TrainingAttendanceRemoved():
            return {name: attendee for name, attendee in register.items() if name != event.attendee_id}
        case ConfidenceRecorded():
            return register if known is None else {**register, event.attendee_id: _answered(known, event)}


def _attendee(event: TrainingAttended, confidence: tuple[Confidence, ...]) -> Attendee:
    return Attendee(
        attendee_id=event.attendee_id,
        professional_type=event.professional_type,
        full_name=event.full_name,
        practice_ods_code=event.practice_ods_code,
        org_ods_code=event.org_ods_code,
        confidence=confidence,
    )


def _answered(attendee: Attendee, event: ConfidenceRecorded) -> Attendee:
    others = tuple(answer for answer in attendee.confidence if answer.objective != event.objective)
    if event.before is None and event.after is None:
        return replace(attendee, confidence=others)
    given = Confidence(objective=event.objective, before=event.before, after=event.after)
    return replace(attendee, confidence=(*others, given))


def require_register(attendees: Sequence[Attendee], *, objectives: Collection[str], scale: str) -> None:
    """Raises AttendeesMissing, AttendeeRepeated, ObjectiveNotOfSession, ObjectiveRepeated, ConfidenceUnanswered,
    RatingOutOfScale.
    """
    if not attendees:
        raise AttendeesMissing(field="attendees")
    if len({attendee.attendee_id for attendee in attendees}) < len(attendees):
        raise AttendeeRepeated(field="attendees")
    for number, attendee in enumerate(attendees):
        _require_answers(attendee.confidence, objectives, answers_on(scale), f"attendees.{number}.confidence")


def _require_answers(answers: Sequence[Confidence], objectives: Collection[str], scale: range, field: str) -> None:
    if len({answer.objective for answer in answers}) < len(answers):
        raise ObjectiveRepeated(field=field)
    for number, answer in enumerate(answers):
        if answer.objective not in objectives:
            raise ObjectiveNotOfSession(field=f"{field}.{number}.objective")
        if answer.before is None and answer.after is None:
            raise ConfidenceUnanswered(field=f"{field}.{number}.before")
        for name, rating in (("before", answer.before), ("after", answer.after)):
            if rating is not None and rating not in scale:
                raise RatingOutOfScale(field=f"{field}.{number}.{name}")


def answers_on(scale: str) -> range:
    """The answers a scale has. Its code says them: "0-10", "1-5"."""
    lowest, _, highest = scale.partition("-")
    return range(int(lowest), int(highest) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What every fact of a register says of its session."""

    training_session_id: str
    scale: str
    held_at: datetime


def changes(session: Session, before: Register, after: Sequence[Attendee], now: datetime) -> Iterator[Told]:
    """What has to be told for `before` to become `after`: who is gone, then who is new or told differently."""
    staying = {attendee.attendee_id for attendee in after}
    for attendee_id in before:
        if attendee_id not in staying:
            yield TrainingAttendanceRemoved(
                training_session_id=session.training_session_id,
                attendee_id=attendee_id,
                attended_at=session.held_at,
                occurred_at=now,
            )
    for attendee in after:
        yield from _told(session, before.get(attendee.attendee_id), attendee)


def _told(session: Session, known: Attendee | None, attendee: Attendee) -> Iterator[Told]:
    said = {answer.objective: answer for answer in known.confidence} if known else {}
    if known is None or replace(known, confidence=attendee.confidence) != attendee:
        yield _attended(session, attendee)
    for answer in attendee.confidence:
        if said.pop(answer.objective, None) != answer:
            yield _confidence(session, attendee, answer)
    for objective in said:
        yield _confidence(session, attendee, Confidence(objective=objective))


def _attended(session: Session, attendee: Attendee) -> TrainingAttended:
    return TrainingAttended(
        training_session_id=session.training_session_id,
        attendee_id=attendee.attendee_id,
        subject_id=attendee.attendee_id,
        full_name=attendee.full_name,
        professional_type=attendee.professional_type,
        practice_ods_code=attendee.practice_ods_code,
        org_ods_code=attendee.org_ods_code,
        occurred_at=session.held_at,
    )


def _confidence(session: Session, attendee: Attendee, answer: Confidence) -> ConfidenceRecorded:
    return ConfidenceRecorded(
        training_session_id=session.training_session_id,
        attendee_id=attendee.attendee_id,
        objective=answer.objective,
        scale=session.scale,
        before=answer.before,
        after=answer.after,
        occurred_at=session.held_at,
    )
