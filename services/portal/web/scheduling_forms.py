"""Reads the forms about appointments and sessions into what the scheduling service takes."""

from typing import Any

from services.portal.readmodels.appointments import AppointmentRow
from services.portal.web.forms import Form, without_gaps
from services.portal.web.times import read_times
from services.portal.web.words import codes_of

SEEN = ("5", "6")
_NOT_KNOWN = "und"
_MOST_PEOPLE = 999
_LONGEST_NUMBER = 3
_LONGEST_LIST = 60


def spoken() -> list[str]:
    """The languages a session can be held in: every one but "not known"."""
    return [code for code in codes_of("preferred_language") if code != _NOT_KNOWN]


def read_booking(form: Form, person_id: str, referral_ids: list[str]) -> dict[str, Any]:
    return without_gaps(
        {
            "person_id": person_id,
            "referral_id": form.choice("referral_id", referral_ids),
            "clinician_id": form.text("clinician_id", missing="Enter the clinician’s account", longest=100),
            **read_times(form),
            "consultation_mechanism": form.code("consultation_mechanism", missing="Choose how they will meet"),
            "activity_location_type": form.code("activity_location_type"),
            "interpreter_required": form.yes_or_no(
                "interpreter_required", missing="Say whether an interpreter is needed"
            ),
            "override_reason": form.text("override_reason", longest=500),
        }
    )


def read_move(form: Form) -> dict[str, Any]:
    return without_gaps(
        {
            **read_times(form),
            "rescheduled_by": form.choice("rescheduled_by", ("patient", "provider"), missing="Say who asked for it"),
            "override_reason": form.text("override_reason", longest=500),
        }
    )


def read_attendance(form: Form) -> dict[str, Any]:
    """What became of an appointment. What was done belongs to one at which somebody was seen."""
    status = form.code("attendance_status", missing="Say what became of it")
    seen = status in SEEN
    body = {
        "attendance_status": status,
        "activities": form.ticked("activities", codes_of("activities")) if seen else [],
        "others_present": form.ticked("others_present", codes_of("others_present")) if seen else [],
        "interpreter_present": form.yes_or_no("interpreter_present") if seen else None,
        "partner_assessment_offered": form.yes_or_no("partner_assessment_offered") if seen else None,
        "note": form.text("note", longest=4000),
    }
    return without_gaps(body)


def attendance_values(row: AppointmentRow) -> dict[str, str]:
    """What the boxes of `read_attendance` hold for what was recorded. The note stays with its owner."""
    said = {
        "interpreter_present": row.interpreter_present,
        "partner_assessment_offered": row.partner_assessment_offered,
    }
    return {
        "attendance_status": row.attendance_status or "",
        **{f"activities-{code}": "yes" for code in row.activities},
        **{f"others_present-{code}": "yes" for code in row.others_present},
        **{name: "yes" if answer else "no" for name, answer in said.items() if answer is not None},
    }


def read_session(form: Form) -> dict[str, Any]:
    capacity = form.whole_number("capacity", "How many people there is room for", lowest=1, highest=_MOST_PEOPLE)
    return without_gaps(
        {
            "session_type": form.code("session_type", missing="Choose the kind of session"),
            **read_times(form),
            "capacity": capacity,
            "consultation_mechanism": form.code("consultation_mechanism", missing="Choose how people meet"),
            "activity_location_type": form.code("activity_location_type"),
            "language": form.choice("language", spoken(), missing="Choose the language"),
            "open_to_all": form.yes_or_no("open_to_all", missing="Say who may come"),
        }
    )


def read_register(form: Form, place_ids: list[str]) -> dict[str, Any]:
    """Who came. A family with no number beside it did not."""
    came = {place_id: _people(form, f"people-{place_id}") for place_id in place_ids}
    return {
        "attended": [{"place_id": place_id, "people": people} for place_id, people in came.items() if people],
        "drop_ins": [{"people": people} for people in _drop_ins(form)],
        "language": form.choice("language", spoken(), missing="Choose the language"),
    }


def _people(form: Form, name: str) -> int:
    if not form.value(name).strip():
        return 0
    return form.whole_number(name, "How many came", lowest=0, highest=_MOST_PEOPLE) or 0


def _drop_ins(form: Form) -> list[int]:
    """Numbers of people, a family each: "2, 3, 1"."""
    given = [part for part in form.read("drop_ins").replace(";", ",").replace(" ", ",").split(",") if part]
    numbers = [int(part) if part.isascii() and part.isdigit() and len(part) <= _LONGEST_NUMBER else 0 for part in given]
    if len(given) > _LONGEST_LIST or any(not 1 <= number <= _MOST_PEOPLE for number in numbers):
        form.wrong("drop_ins", "Write a number of people for each family, like 2, 3, 1")
        return []
    return numbers
