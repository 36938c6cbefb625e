"""Reads what families write into what the owners take. Nothing here decides who may come or who may ask."""

from datetime import datetime
from typing import Any

from services.portal.readmodels.pcns import PcnRow
from services.portal.web.forms import Form, without_gaps
from services.portal.web.needs_form import read_needs

MYSELF, SOMEBODY_ELSE = "B1", "B2"
_NO_NUMBER_ASKED = "nhs-number-not-known"
_ETHNIC_GROUP_NOT_KNOWN = "99"
_PERINATAL_MENTAL_HEALTH = "13"
_LONGEST_NOTE = 3000
_REACH_OF_ASKER = "The phone number and email address are those of who asked for them."


def read_person(form: Form) -> dict[str, Any]:
    """Who comes or needs help, how to reach them, and what they need from us. No NHS number is asked for."""
    body = {
        "full_name": form.text("full_name", missing="Write a name, so that we know who you are"),
        **_reach(form),
        "preferred_language": form.code("preferred_language", missing="Choose a language"),
        "interpreter_required": form.yes_or_no("interpreter_required", missing="Tell us if you need an interpreter"),
        "ethnic_category": form.code("ethnic_category") or _ETHNIC_GROUP_NOT_KNOWN,
        "nhs_number_missing_reason": _NO_NUMBER_ASKED,
    }
    return without_gaps(body)


def _reach(form: Form) -> dict[str, str | None]:
    reach = {"telephone": form.text("telephone", longest=40), "email": form.text("email")}
    if not any(reach.values()):
        form.wrong("telephone", "Write a phone number or an email address, so that we can reach you")
    return reach


def read_circumstances(form: Form, network: PcnRow) -> dict[str, Any]:
    """What a family that asks for help may add, or leave out: where they are, and what they need to be able to come or talk."""
    listed = [practice["ods_code"] for practice in network.practices]
    said = _whose_reach(form)
    needs = read_needs(form)
    return without_gaps(
        {
            "perinatal_stage": form.code("perinatal_stage"),
            "practice_ods_code": form.choice("practice_ods_code", listed),
            **needs,
            "access_note": " ".join(filter(None, (said, needs.get("access_note")))) or None,
        }
    )


def _whose_reach(form: Form) -> str | None:
    """Who calls the number must know if it is not that of the person it is about."""
    for_another = form.value("asking_for") == SOMEBODY_ELSE
    missing = "Tell us whose phone number or email address it is" if for_another else None
    whose = form.choice("reach_of", ("asker", "person"), missing=missing)
    return _REACH_OF_ASKER if for_another and whose == "asker" else None


def read_request(form: Form, now: datetime) -> dict[str, Any]:
    """The referral, in the family's own words."""
    asking = form.choice("asking_for", (MYSELF, SOMEBODY_ELSE), missing="Tell us who needs help")
    return without_gaps(
        {
            "source_of_referral": asking,
            "primary_reason": _PERINATAL_MENTAL_HEALTH,
            "note": _note(form, asking),
            "received_at": now.isoformat(),
        }
    )


def _note(form: Form, asking: str | None) -> str | None:
    """Everything that was written freely, each part under what was asked."""
    asker = form.text("your_name") if asking == SOMEBODY_ELSE else None
    parts = {
        "Asked by": asker,
        "In their own words": form.text("words", longest=_LONGEST_NOTE),
    }
    return "\n\n".join(f"{said}: {words}" for said, words in parts.items() if words) or None
