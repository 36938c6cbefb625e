"""What several stories begin with: a family referred, a questionnaire recorded, a day written into boxes."""

from datetime import date

from tests.e2e.visitor import Visitor

PERSON = {
    "birth_date-day": "27",
    "birth_date-month": "3",
    "birth_date-year": "1994",
    "nhs_number_known": "yes",
    "telephone": "01632 960001",
    "postcode": "ZZ99 3WZ",
    "practice_ods_code": "not-listed",
    "perinatal_stage": "postnatal",
    "ethnic_category": "N",
    "preferred_language": "ig",
    "interpreter_required": "yes",
}
WITHOUT_A_NUMBER = {**PERSON, "nhs_number_known": "no", "nhs_number_missing_reason": "nhs-number-not-known"}
BY_A_MIDWIFE = {
    "asking": "professional",
    "source_of_referral": "A4",
    "referring_professional_type": "midwife",
    "primary_reason": "13",
}
EPDS_LOW, EPDS_HIGH = [0, 1, 0, 1, 0, 1, 0, 1, 0, 0], [2, 2, 2, 2, 1, 2, 2, 1, 1, 1]


def items(scores: list[int]) -> dict[str, str]:
    return {f"item-{number}": str(score) for number, score in enumerate(scores, start=1)}


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


async def refers(visitor: Visitor, name: str) -> None:
    """Somebody without a number, whom a midwife asked for."""
    await visitor.open("/refer")
    await visitor.fill({**WITHOUT_A_NUMBER, "full_name": name, **BY_A_MIDWIFE})
    await visitor.press("Send referral")
    assert "The referral has been received." in await visitor.text()


async def a_new_person(clinician: Visitor, name: str) -> None:
    """Refer them and go to their page."""
    await refers(clinician, name)
    await clinician.follow("Open the person’s page")


async def record_epds(clinician: Visitor, scores: list[int], orientation: str = "oriented") -> None:
    person_id = clinician.id_in_path()
    await clinician.open(f"/people/{person_id}/measures/new?instrument=epds")
    await clinician.fill({"orientation": orientation, **items(scores)})
    await clinician.press("Save questionnaire")
    assert "The questionnaire has been recorded." in await clinician.text()


async def also_if_busy(clinician: Visitor, button: str) -> None:
    """Send it; where the clinician has another appointment at that time, send it again with the reason."""
    await clinician.press(button)
    if "The clinician has another appointment at that time" in await clinician.text():
        await clinician.check("appointment-busy")
        await clinician.fill({"override_reason": "Both families know."})
        await clinician.press(button)
