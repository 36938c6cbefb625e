"""Reads the forms about training and consultations into what the training service takes."""

from typing import Any

from services.portal.readmodels.pcns import PcnRow
from services.portal.web.forms import Form, without_gaps
from services.portal.web.refer_form import NOT_LISTED
from services.portal.web.times import read_times
from services.portal.web.words import codes_of

_MOST_MINUTES = 24 * 60
_MOST_PEOPLE = 10_000


def read_training(form: Form) -> dict[str, Any]:
    objectives = form.ticked("objectives", codes_of("objective"))
    if not objectives:
        form.wrong("objectives", "Choose at least one thing to be learnt")
    return {
        "course": form.code("course", missing="Choose the course"),
        **read_times(form),
        "objectives": objectives,
        "scale": form.code("scale", "confidence_scale", missing="Choose how confidence is asked"),
    }


def read_practice(form: Form, name: str, network: PcnRow | None) -> str | None:
    """None for a practice that is not listed, or not said."""
    listed = [practice["ods_code"] for practice in network.practices] if network else []
    given = form.choice(name, [*listed, NOT_LISTED, ""])
    return None if given in (NOT_LISTED, "") else given


def read_consultation(form: Form, network: PcnRow | None) -> dict[str, Any]:
    kinds = ["named_patient"] if form.value("person_id") else ["anonymous_case", "general"]
    held_on = form.day("held_on", "The day of the consultation", needed=True)
    body = {
        "subject_kind": form.choice("subject_kind", kinds, missing="Say what it was about"),
        "person_id": form.value("person_id") or None,
        "topic": form.code("topic", "consultation_topic", missing="Choose the topic"),
        "duration_minutes": form.whole_number("duration_minutes", "Minutes", lowest=1, highest=_MOST_MINUTES),
        "professional_type": form.code("professional_type", missing="Choose the professional who asked"),
        "practice_ods_code": read_practice(form, "practice_ods_code", network),
        "outcome": form.code("outcome", "consultation_outcome", missing="Choose what came of it"),
        "held_on": held_on.isoformat() if held_on else None,
        "note": form.text("note", longest=4000),
    }
    return without_gaps(body)


def read_community_input(form: Form) -> dict[str, Any]:
    held_on = form.day("held_on", "The day it took place", needed=True)
    body = {
        "kind": form.code("kind", "community_input_kind", missing="Choose how families contributed"),
        "people": form.whole_number("people", "How many people took part", lowest=1, highest=_MOST_PEOPLE),
        "held_on": held_on.isoformat() if held_on else None,
        "note": form.text("note", longest=4000),
    }
    return without_gaps(body)
