"""What became of an appointment, by MHSDS AttendStatus: who was seen, who was not, and who called it off."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.scheduling.domain.appointment_events import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMissed,
    Outcome,
    Slot,
)
from services.scheduling.domain.appointment_refusals import NobodySeen, OutcomeBeforeStart
from services.scheduling.domain.calendar import known_by

ATTENDED = frozenset({"5", "6"})
"""On time; late but seen."""
MISSED = frozenset({"3", "7"})
"""Did not come and gave no warning; came too late to be seen."""
CANCELLED_BY = {"2": "patient", "4": "provider"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a clinician says became of an appointment. None: not said. `others_present` has an entry for each person."""

    attendance_status: str
    activities: tuple[str, ...] = ()
    others_present: tuple[str, ...] = ()
    interpreter_present: bool | None = None
    partner_assessment_offered: bool | None = None
    note: str | None = None


def status_when_cancelled_by(who: str) -> str:
    return next(status for status, by in CANCELLED_BY.items() if by == who)


def require_consistent(report: Report) -> None:
    """Raises NobodySeen."""
    done = report.activities or report.others_present or report.interpreter_present or report.partner_assessment_offered
    if done and report.attendance_status not in ATTENDED:
        raise NobodySeen(field="attendance_status")


def outcome_of(report: Report, booked: AppointmentBooked, slot: Slot, now: datetime) -> Outcome:
    """The report as a fact. Raises OutcomeBeforeStart; calling off is possible at any time."""
    if report.attendance_status in CANCELLED_BY:
        return cancelled(report, booked, slot, now)
    if now < slot.starts_at:
        raise OutcomeBeforeStart(field="attendance_status")
    if report.attendance_status in ATTENDED:
        return _attended(report, booked, slot)
    return _missed(report, booked, slot)


def cancelled(report: Report, booked: AppointmentBooked, slot: Slot, now: datetime) -> AppointmentCancelled:
    return AppointmentCancelled(
        appointment_id=booked.appointment_id,
        person_id=booked.person_id,
        referral_id=booked.arrangement.referral_id,
        clinician_id=booked.clinician_id,
        slot=slot,
        cancelled_by=CANCELLED_BY[report.attendance_status],
        attendance_status=report.attendance_status,
        note=report.note,
        supersedes_version=None,
        correction_reason=None,
        occurred_at=known_by(now, slot.starts_at),
    )


def same_facts(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes say the same, however they came to be recorded."""
    bare = replace(one, supersedes_version=None, correction_reason=None, occurred_at=other.occurred_at)
    return bare == replace(other, supersedes_version=None, correction_reason=None)


def _attended(report: Report, booked: AppointmentBooked, slot: Slot) -> AppointmentAttended:
    return AppointmentAttended(
        appointment_id=booked.appointment_id,
        person_id=booked.person_id,
        referral_id=booked.arrangement.referral_id,
        attendance_status=report.attendance_status,
        consultation_mechanism=booked.arrangement.consultation_mechanism,
        activities=report.activities,
        others_present=report.others_present,
        interpreter_present=report.interpreter_present,
        partner_assessment_offered=report.partner_assessment_offered,
        note=report.note,
        supersedes_version=None,
        correction_reason=None,
        occurred_at=slot.starts_at,
    )


def _missed(report: Report, booked: AppointmentBooked, slot: Slot) -> AppointmentMissed:
    return AppointmentMissed(
        appointment_id=booked.appointment_id,
        person_id=booked.person_id,
        referral_id=booked.arrangement.referral_id,
        attendance_status=report.attendance_status,
        note=report.note,
        supersedes_version=None,
        correction_reason=None,
        occurred_at=slot.starts_at,
    )
