"""Training sessions, consultations and coverage in words. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.portal.professionals import Professional
from services.portal.readmodels.consultations import ConsultationRow
from services.portal.readmodels.pcns import PcnRow
from services.portal.readmodels.training_attendances import TrainingAttendanceRow
from services.portal.readmodels.training_sessions import TrainingSessionRow
from services.portal.web.moments import short_day, span_in_words
from services.portal.web.presenters.people import practice
from services.portal.web.words import word

_NO_PRACTICE = "No practice, or another organisation"
_STATUS = {"planned": "Planned", "held": "Held"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLine:
    training_session_id: str
    day: str
    time: str
    course: str
    status: str
    attended: str
    held: bool


def training_line(row: TrainingSessionRow) -> TrainingLine:
    return TrainingLine(
        training_session_id=row.training_session_id,
        day=short_day(row.starts_at),
        time=span_in_words(row.starts_at, row.ends_at),
        course=word("course", row.course),
        status=_STATUS[row.status],
        attended=f"{row.attended} attended" if row.attended else "",
        held=row.status == "held",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceLine:
    name: str
    """Empty where it is not known, or not shown."""
    professional: str
    practice: str
    confidence: list[str]


def attendance_lines(
    rows: list[TrainingAttendanceRow], network: PcnRow | None, named: Mapping[str, Professional]
) -> list[AttendanceLine]:
    return [
        AttendanceLine(
            name=(named[row.attendee_id].full_name or "") if row.attendee_id in named else "",
            professional=word("professional_type", row.professional_type),
            practice=practice(row.practice_ods_code, network),
            confidence=[
                f"{word('objective', objective)}: {_said(answer['before'])} before, {_said(answer['after'])} after"
                for objective, answer in sorted(row.confidence.items())
            ],
        )
        for row in rows
    ]


def _said(answer: int | None) -> str:
    return "not answered" if answer is None else str(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """Somebody who attended before, in a list to choose from."""

    attendee_id: str
    words: str


def pick_list(known: Iterable[Professional], network: PcnRow | None) -> list[tuple[str, list[Picked]]]:
    """[(practice, its professionals by name)], those without a practice last."""
    grouped: dict[str, list[Picked]] = {}
    for each in sorted(known, key=lambda each: ((each.full_name or "").casefold(), each.attendee_id)):
        where = practice(each.practice_ods_code, network) if each.practice_ods_code else _NO_PRACTICE
        name = each.full_name or f"Without a name ({each.attendee_id[:8]})"
        words = f"{name}, {word('professional_type', each.professional_type).lower()}"
        grouped.setdefault(where, []).append(Picked(attendee_id=each.attendee_id, words=words))
    return sorted(grouped.items(), key=lambda group: (group[0] == _NO_PRACTICE, group[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationLine:
    held: str
    about: str
    topic: str
    minutes: int
    asked_by: str
    practice: str
    outcome: str
    person_id: str | None


def consultation_lines(rows: list[ConsultationRow], network: PcnRow | None) -> list[ConsultationLine]:
    return [
        ConsultationLine(
            held=short_day(row.held_on),
            about=word("subject_kind", row.subject_kind),
            topic=word("consultation_topic", row.topic),
            minutes=row.duration_minutes,
            asked_by=word("professional_type", row.professional_type),
            practice=practice(row.practice_ods_code, network),
            outcome=word("consultation_outcome", row.outcome),
            person_id=row.person_id,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeLine:
    name: str
    trained: int


def covered(network: PcnRow | None, trained: Mapping[str, int]) -> list[PracticeLine]:
    """Every practice of the network, those without a trained professional first."""
    practices = network.practices if network else []
    lines = [PracticeLine(name=each["name"], trained=trained.get(each["ods_code"], 0)) for each in practices]
    return sorted(lines, key=lambda line: (line.trained > 0, line.name))
