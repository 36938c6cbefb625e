"""Appointments and diaries in words. No I/O."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from services.portal.names import Names
from services.portal.readmodels.appointments import AppointmentRow
from services.portal.readmodels.people import PersonRow
from services.portal.web.moments import (
    london_day,
    moment_in_words,
    span_in_words,
    weekday_in_words,
)
from services.portal.web.presenters.clock import Tag
from services.portal.web.presenters.people import Fact, Who, needs, who
from services.portal.web.words import word

EVERYBODY = "everybody"
_WEEK = 7
_STATUS = {
    "attended": ("Attended", "green"),
    "missed": ("Not seen", "orange"),
    "cancelled": ("Cancelled", "grey"),
}
_PARTY = {"patient": "by or for the family", "provider": "by us"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentLine:
    """One appointment in a diary or list."""

    appointment_id: str
    day: str
    time: str
    who: Who
    needs: str | None
    clinician: str
    how: str
    where: str | None
    status: Tag
    to_tell: bool
    """It has begun and nobody has said what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiaryDay:
    title: str
    lines: list[AppointmentLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiarySpan:
    """Which days a diary shows: one, or the week it is in, Monday first."""

    first: date
    days: int
    path: str
    filters: Mapping[str, str]

    @classmethod
    def around(cls, on: date, view: str, path: str, filters: Mapping[str, str]) -> "DiarySpan":
        week = view == "week"
        first = on - timedelta(days=on.weekday()) if week else on
        return cls(first=first, days=_WEEK if week else 1, path=path, filters=filters)

    @property
    def title(self) -> str:
        if self.days == 1:
            return weekday_in_words(self.first)
        return f"{weekday_in_words(self.first)} to {weekday_in_words(self.first + timedelta(days=self.days - 1))}"

    @property
    def earlier(self) -> str:
        return self._href(self.first - timedelta(days=self.days))

    @property
    def later(self) -> str:
        return self._href(self.first + timedelta(days=self.days))

    def _href(self, on: date) -> str:
        return f"{self.path}?{urlencode({**self.filters, 'on': on.isoformat()})}"


def appointment_lines(
    rows: Sequence[AppointmentRow], names: Names, people: Mapping[str, PersonRow], now: datetime
) -> list[AppointmentLine]:
    return [_line(row, names, people.get(row.person_id or ""), now) for row in rows]


def _line(row: AppointmentRow, names: Names, person: PersonRow | None, now: datetime) -> AppointmentLine:
    return AppointmentLine(
        appointment_id=row.appointment_id,
        day=weekday_in_words(row.starts_at),
        time=span_in_words(row.starts_at, row.ends_at),
        who=who(names, row.person_id or ""),
        needs=_needs(row, person),
        clinician=row.clinician_id or "",
        how=word("consultation_mechanism", row.consultation_mechanism),
        where=_where(row),
        status=appointment_status(row, now),
        to_tell=to_tell(row, now),
    )


def _needs(row: AppointmentRow, person: PersonRow | None) -> str | None:
    said = needs(person) if person else None
    return said or ("Interpreter needed" if row.interpreter_required else None)


def _where(row: AppointmentRow) -> str | None:
    place = word("activity_location_type", row.activity_location_type) if row.activity_location_type else None
    return ", ".join(part for part in (place, row.site_ods_code) if part) or None


def to_tell(row: AppointmentRow, now: datetime) -> bool:
    return row.status == "booked" and row.starts_at is not None and row.starts_at <= now


def appointment_status(row: AppointmentRow, now: datetime) -> Tag:
    if to_tell(row, now):
        return Tag("To record", "red")
    words, colour = _STATUS.get(row.status, ("Booked", "blue"))
    return Tag(words, colour)


def diary_days(span: DiarySpan, rows: Sequence[AppointmentRow], lines: Sequence[AppointmentLine]) -> list[DiaryDay]:
    """Each day of the span with its appointments, those without any included."""
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    return [
        DiaryDay(
            title=weekday_in_words(day),
            lines=[
                line
                for row, line in zip(rows, lines, strict=True)
                if row.starts_at and london_day(row.starts_at) == day
            ],
        )
        for day in days
    ]


def appointment_facts(row: AppointmentRow) -> list[Fact]:
    """What is arranged, and what became of it."""
    facts = [
        Fact(label="When", words=f"{weekday_in_words(row.starts_at)}, {span_in_words(row.starts_at, row.ends_at)}"),
        Fact(label="With", words=row.clinician_id or "Not known"),
        Fact(label="How", words=word("consultation_mechanism", row.consultation_mechanism)),
        Fact(label="Where", words=_where(row) or "Not said"),
        Fact(label="Interpreter", words="Needed" if row.interpreter_required else "Not needed"),
        Fact(label="Booked", words=moment_in_words(row.booked_at)),
    ]
    if row.overridden:
        facts.append(Fact(label="Overlap", words="Booked although the clinician has another appointment then"))
    moves = [Fact(label="Moved", words=_move(each)) for each in row.rescheduled]
    return facts + moves + outcome_facts(row)


def _move(move: Mapping[str, str]) -> str:
    before = moment_in_words(datetime.fromisoformat(move["from"])) if move["from"] else "another time"
    return f"From {before}, {_PARTY.get(move['by'], move['by'])}"


def outcome_facts(row: AppointmentRow) -> list[Fact]:
    if row.attendance_status is None:
        return []
    facts = [Fact(label="What became of it", words=word("attendance_status", row.attendance_status))]
    if row.status == "attended":
        facts += [
            Fact(label="What was done", words=_listed("activities", row.activities) or "Not said"),
            Fact(label="Others present", words=_listed("others_present", row.others_present) or "Nobody else"),
            Fact(label="Interpreter present", words=_yes_or_no(row.interpreter_present)),
            Fact(label="Assessment offered to the partner", words=_yes_or_no(row.partner_assessment_offered)),
        ]
    return facts + [Fact(label="Recorded before", words=_replaced(each)) for each in row.replaced]


def _replaced(earlier: Mapping[str, str]) -> str:
    recorded = datetime.fromisoformat(earlier["recorded_at"])
    return f"{word('attendance_status', earlier['attendance_status'])}, on {moment_in_words(recorded)}"


def _listed(code_list: str, codes: Collection[str]) -> str:
    return ", ".join(word(code_list, code) for code in codes)


def _yes_or_no(said: bool | None) -> str:
    return "Not said" if said is None else ("Yes" if said else "No")
