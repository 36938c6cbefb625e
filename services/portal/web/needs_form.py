"""Reads what somebody needs from us and how they wish to be reached. It is asked once; what is left empty changes nothing."""

from datetime import date
from typing import Any

from services.portal.details import Details
from services.portal.readmodels.pcns import PcnRow
from services.portal.web.forms import Form, without_gaps
from services.portal.web.times import day_values
from services.portal.web.words import codes_of

_LONGEST_NOTE = 2000
_LONGEST_ADDRESS = 500

REMOVABLE = {
    "telephone": "Telephone number",
    "email": "Email address",
    "postcode": "Postcode",
    "postal_address": "Postal address",
    "contact_preference": "How they prefer to be reached",
    "access_needs": "Everything ticked under “What they need”",
    "access_note": "What else helps",
    "estimated_delivery_date": "The expected date of birth",
    "infant_birth_date": "The baby’s date of birth",
    "practice_ods_code": "GP practice",
}
"""What can be taken away by name: {the owner's field: what a page calls it}."""
_DAYS = {
    "birth_date": "Date of birth",
    "estimated_delivery_date": "The expected date of birth",
    "infant_birth_date": "The baby’s date of birth",
}
_TEXTS = {"full_name": 200, "telephone": 40, "email": 254, "postcode": 10, "nhs_number": 20}
_CODED = ("perinatal_stage", "ethnic_category", "preferred_language")
ANCHORS = {name: f"{name}-day" for name in _DAYS} | {"remove": "remove-telephone"}
"""Where the page of `read_changes` has no box of the owner's name for a field."""


def read_needs(form: Form) -> dict[str, Any]:
    """What to arrange, and how to reach them; everything may be left empty."""
    return without_gaps(
        {
            "contact_preference": form.code("contact_preference"),
            "access_needs": form.ticked("access_needs", codes_of("access_need")) or None,
            "access_note": form.text("access_note", longest=_LONGEST_NOTE),
            "postal_address": form.text("postal_address", longest=_LONGEST_ADDRESS),
        }
    )


def read_changes(form: Form, network: PcnRow | None) -> dict[str, Any]:
    """Everything that may be changed about a person. Empty: it stays as it is."""
    texts = {name: form.text(name, longest=longest) for name, longest in _TEXTS.items()}
    days = {name: form.day(name, what) for name, what in _DAYS.items()}
    listed = [practice["ods_code"] for practice in network.practices] if network else []
    return without_gaps(
        {
            **texts,
            **{name: day.isoformat() for name, day in days.items() if day},
            **{name: form.code(name) for name in _CODED},
            "practice_ods_code": form.choice("practice_ods_code", listed),
            "interpreter_required": form.yes_or_no("interpreter_required"),
            **read_needs(form),
            "remove": form.ticked("remove", REMOVABLE) or None,
        }
    )


def shown_as(details: Details) -> dict[str, str]:
    """What the boxes of `read_changes` hold for what is known now."""
    texts = (*_TEXTS, *_CODED, "practice_ods_code", "contact_preference", "access_note", "postal_address")
    values = {name: details.text(name) or "" for name in texts}
    interpreter = details.known.get("interpreter_required")
    if interpreter is not None:
        values["interpreter_required"] = "yes" if interpreter else "no"
    values |= {f"access_needs-{code}": "yes" for code in details.access_needs}
    for name in _DAYS:
        if day := details.text(name):
            values |= day_values(name, date.fromisoformat(day))
    return values
