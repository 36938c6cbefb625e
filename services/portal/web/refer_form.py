"""Reads the referral form into what the referral service takes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.portal.readmodels.pcns import PcnRow
from services.portal.web.forms import Form, without_gaps
from services.portal.web.needs_form import read_needs
from services.portal.web.words import codes_of

PROFESSIONAL, FAMILY = "professional", "family"
FROM_THE_FAMILY = ("B1", "B2")
NOT_LISTED = "not-listed"
_LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    body: dict[str, Any]
    received_on: date


def read_person(form: Form, network: PcnRow | None) -> dict[str, Any] | None:
    """The new person; None where the referral is for somebody already known."""
    if form.value("person_id"):
        _require_id(form)
        return None
    body = {
        "full_name": form.text("full_name", missing="Enter the name of the person this is for"),
        "birth_date": _iso(form.day("birth_date", "Date of birth")),
        **_nhs_number(form),
        "telephone": form.text("telephone", longest=40),
        "email": form.text("email"),
        "postcode": form.text("postcode", longest=10),
        "practice_ods_code": _practice(form, network),
        **_stage(form),
        "ethnic_category": form.code("ethnic_category", missing="Choose an ethnic group, or that it is not known"),
        "preferred_language": form.code("preferred_language", missing="Choose the language they prefer"),
        "interpreter_required": form.yes_or_no("interpreter_required", missing="Say whether an interpreter is needed"),
        **read_needs(form),
    }
    return without_gaps(body)


def _require_id(form: Form) -> None:
    if not form.id("person_id"):
        form.wrong("person_id", "This page was opened for a person we do not know: start again from the home page")


def _nhs_number(form: Form) -> dict[str, str | None]:
    known = form.choice("nhs_number_known", ("yes", "no"), missing="Say whether the NHS number is known")
    if known == "yes":
        given = form.text("nhs_number", missing="Enter the NHS number, 10 digits", longest=20)
        return {"nhs_number": given and given.replace(" ", "").replace("-", "")}
    if known == "no":
        name = "nhs_number_missing_reason"
        return {name: form.code(name, missing="Say why there is no NHS number")}
    return {}


def _practice(form: Form, network: PcnRow | None) -> str | None:
    listed = [practice["ods_code"] for practice in network.practices] if network else []
    given = form.choice("practice_ods_code", [*listed, NOT_LISTED], missing="Choose a GP practice, or “not listed”")
    return None if given == NOT_LISTED else given


def _stage(form: Form) -> dict[str, str | None]:
    stage = form.code("perinatal_stage", missing="Say at what stage the family is")
    due = form.day("estimated_delivery_date", "The expected date of birth") if stage == "antenatal" else None
    born = form.day("infant_birth_date", "The baby’s date of birth") if stage == "postnatal" else None
    return {"perinatal_stage": stage, "estimated_delivery_date": _iso(due), "infant_birth_date": _iso(born)}


def read_referral(form: Form, today: date) -> Referral:
    body = {
        **_source(form),
        "primary_reason": form.code("primary_reason", missing="Choose the main reason for asking for help"),
    }
    if note := form.text("note", longest=_LONGEST_NOTE):
        body["note"] = note
    if form.value("consultation_id"):
        body["consultation_id"] = form.value("consultation_id")
    received_on = form.day("received_on", "The date the request came in", needed=True)
    if received_on and received_on > today:
        form.wrong("received_on", "The date the request came in must be today or in the past", "received_on-day")
    return Referral(body=without_gaps(body), received_on=received_on or today)


def _source(form: Form) -> dict[str, str | None]:
    asking = form.choice("asking", (PROFESSIONAL, FAMILY), missing="Say who is asking for help")
    if asking == FAMILY:
        source = form.choice("family_source", FROM_THE_FAMILY, missing="Say who in the family is asking")
        return {"source_of_referral": source}
    if asking is None:
        return {}
    return {
        "source_of_referral": form.choice(
            "source_of_referral", professional_sources(), missing="Choose the service that is referring"
        ),
        "referring_professional_type": form.code(
            "referring_professional_type",
            missing="Choose the referrer’s profession",
        ),
        "referring_org_ods_code": (form.text("referring_org_ods_code", longest=12) or "").upper() or None,
    }


def professional_sources() -> list[str]:
    return [code for code in codes_of("source_of_referral") if code not in FROM_THE_FAMILY]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
