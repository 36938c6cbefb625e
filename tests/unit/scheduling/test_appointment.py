from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.kit.testing import NOW
from services.scheduling.domain.appointment import (
    BookAppointment,
    CancelAppointment,
    CorrectOutcome,
    RecordOutcome,
)
from services.scheduling.domain.attendance import Report
from tests.unit.scheduling.scenarios import (
    APPOINTMENT,
    SOON,
    a_slot,
    an_arrangement,
    appointments,
    attended,
    booked,
    cancelled,
    claimed,
    missed,
    reschedule_to,
    rescheduled,
)

BOOK = BookAppointment(claimed=claimed(), arrangement=an_arrangement())
LATER = a_slot("slot-2", SOON + timedelta(hours=2))
OVER = SOON + timedelta(hours=1)


def report(status: str = "5", **more: Any) -> RecordOutcome:
    return RecordOutcome(appointment_id=APPOINTMENT, report=Report(attendance_status=status, **more))


def correct(status: str = "5", reason: str = "entry-error", **more: Any) -> CorrectOutcome:
    told = Report(attendance_status=status, **more)
    return CorrectOutcome(appointment_id=APPOINTMENT, report=told, reason=reason)


def cancel(by: str = "patient", note: str | None = None) -> CancelAppointment:
    return CancelAppointment(appointment_id=APPOINTMENT, cancelled_by=by, note=note)


def test_an_appointment_follows_from_its_slot() -> None:
    appointments().given().when(BOOK).then(booked())


def test_an_override_is_kept_with_its_reason() -> None:
    over = claimed(overridden=True, override_reason="A joint visit.")
    appointments().given().when(replace(BOOK, claimed=over)).then(
        booked(overridden=True, override_reason="A joint visit.")
    )


def test_an_appointment_is_booked_once() -> None:
    appointments().given(booked()).when(BOOK).refused_with("appointment-already-booked")


def test_it_is_moved_and_moved_again() -> None:
    appointments().given(booked()).when(reschedule_to(LATER)).then(rescheduled())
    third = a_slot("slot-3", SOON + timedelta(days=1))
    appointments().given(booked(), rescheduled()).when(reschedule_to(third, "provider")).then(
        rescheduled(slot=third, previous=LATER, rescheduled_by="provider")
    )


def test_the_same_time_again_changes_nothing() -> None:
    appointments().given(booked()).when(reschedule_to(a_slot("slot-2"))).then()


@pytest.mark.parametrize(("by", "status"), [("patient", "2"), ("provider", "4")])
def test_it_is_cancelled_by_somebody(by: str, status: str) -> None:
    appointments().given(booked()).when(cancel(by, "Has a cold.")).then(
        cancelled(cancelled_by=by, attendance_status=status, note="Has a cold.")
    )


def test_the_same_cancellation_again_changes_nothing_and_another_is_refused() -> None:
    appointments().given(booked(), cancelled(note="Has a cold.")).when(cancel()).then()
    appointments().given(booked(), cancelled()).when(cancel("provider")).refused_with("appointment-cancelled")
    appointments().given(booked(), cancelled()).when(cancel(note="One more word.")).refused_with(
        "appointment-cancelled"
    )


@pytest.mark.parametrize("status", ["5", "6"])
def test_it_is_attended_at_its_start(status: str) -> None:
    told = {
        "activities": ("assessment", "care_plan"),
        "others_present": ("other_parent", "infant"),
        "interpreter_present": True,
        "partner_assessment_offered": False,
        "note": "Tearful.",
    }
    appointments(OVER).given(booked()).when(report(status, **told)).then(attended(attendance_status=status, **told))


def test_it_is_attended_at_the_time_it_was_moved_to() -> None:
    late = LATER.starts_at
    appointments(late).given(booked(), rescheduled()).when(report()).then(attended(occurred_at=late))


@pytest.mark.parametrize("status", ["3", "7"])
def test_it_is_missed(status: str) -> None:
    appointments(OVER).given(booked()).when(report(status)).then(missed(attendance_status=status))


@pytest.mark.parametrize(("by", "status"), [("patient", "2"), ("provider", "4")])
def test_an_outcome_may_be_that_it_was_cancelled_which_was_so_at_the_latest_at_its_start(by: str, status: str) -> None:
    for now, at in ((NOW, NOW), (OVER, SOON)):
        appointments(now).given(booked()).when(report(status)).then(
            cancelled(cancelled_by=by, attendance_status=status, occurred_at=at)
        )


@pytest.mark.parametrize("status", ["3", "5", "6", "7"])
def test_nobody_knows_the_outcome_before_the_start(status: str) -> None:
    early = SOON - timedelta(seconds=1)
    appointments(early).given(booked()).when(report(status)).refused_with("outcome-before-start", "attendance_status")


@pytest.mark.parametrize("status", ["3", "5", "6", "7", "4"])
def test_what_was_cancelled_is_not_attended(status: str) -> None:
    appointments(OVER).given(booked(), cancelled()).when(report(status)).refused_with("appointment-cancelled")


def test_cancelled_and_told_again_as_an_outcome_is_the_same() -> None:
    appointments(OVER).given(booked(), cancelled()).when(report("2")).then()


def test_the_same_outcome_again_changes_nothing_and_another_has_to_be_a_correction() -> None:
    appointments(OVER).given(booked(), attended(note="Tearful.")).when(report("5")).then()
    for other in (report("6"), report("3"), report("5", activities=("assessment",)), report("5", note="More.")):
        appointments(OVER).given(booked(), attended()).when(other).refused_with("appointment-already-outcomed")


@pytest.mark.parametrize("more", [{"activities": ("assessment",)}, {"others_present": ("infant",)}])
def test_nothing_is_done_when_nobody_is_seen(more: dict[str, Any]) -> None:
    appointments(OVER).given(booked()).when(report("3", **more)).refused_with("nobody-seen", "attendance_status")


def test_an_outcome_is_corrected_and_corrected_again() -> None:
    to_missed = missed(supersedes_version=2, correction_reason="entry-error")
    appointments(OVER).given(booked(), attended()).when(correct("3")).then(to_missed)
    appointments(OVER).given(booked(), attended(), to_missed).when(correct("6", "learned-later")).then(
        attended(attendance_status="6", supersedes_version=3, correction_reason="learned-later")
    )


def test_a_cancellation_that_was_none_is_corrected() -> None:
    appointments(OVER).given(booked(), cancelled()).when(correct("5")).then(
        attended(supersedes_version=2, correction_reason="entry-error")
    )


def test_what_stands_already_needs_no_correction() -> None:
    appointments(OVER).given(booked(), attended()).when(correct("5")).then()


def test_there_must_be_something_to_correct() -> None:
    appointments(OVER).given(booked()).when(correct()).refused_with("appointment-not-outcomed")
    early = SOON - timedelta(minutes=1)
    appointments(early).given(booked(), cancelled()).when(correct("5")).refused_with("outcome-before-start")


@pytest.mark.parametrize("command", [reschedule_to(LATER), cancel(), report(), correct()])
def test_an_unknown_appointment(command: Any) -> None:
    appointments(OVER).given().when(command).refused_with("appointment-unknown")


def test_what_is_over_is_neither_moved_nor_cancelled() -> None:
    for over in (attended(), missed()):
        for command in (reschedule_to(LATER), cancel()):
            appointments(OVER).given(booked(), over).when(command).refused_with("appointment-already-outcomed")
    appointments().given(booked(), cancelled()).when(reschedule_to(LATER)).refused_with("appointment-cancelled")
