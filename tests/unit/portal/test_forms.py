"""What was typed is read, and kept when something is wrong with it."""

from datetime import date
from uuid import uuid4

from services.portal.commands import Refusal
from services.portal.web.forms import Form
from services.portal.web.presenters.questionnaire import answers, questionnaire
from services.portal.web.refer_form import read_person, read_referral
from tests.unit.portal import scenarios as given

TODAY = date(2026, 5, 25)
PERSON = {
    "full_name": "Amara Nwosu",
    "nhs_number_known": "yes",
    "nhs_number": "999 000 0042",
    "practice_ods_code": "X00001",
    "perinatal_stage": "antenatal",
    "estimated_delivery_date-day": "1",
    "estimated_delivery_date-month": "9",
    "estimated_delivery_date-year": "2026",
    "ethnic_category": "N",
    "preferred_language": "ig",
    "interpreter_required": "yes",
}
REQUEST = {
    "asking": "professional",
    "source_of_referral": "A4",
    "referring_professional_type": "midwife",
    "primary_reason": "13",
    "received_on-day": "25",
    "received_on-month": "5",
    "received_on-year": "2026",
}


def messages(form: Form) -> dict[str, str]:
    return {name: problem.message for name, problem in form.problems.items()}


def test_a_person_is_read_as_the_owner_takes_it() -> None:
    form = Form.sent(PERSON)
    assert read_person(form, given.a_network()) == {
        "full_name": "Amara Nwosu",
        "nhs_number": "9990000042",
        "practice_ods_code": "X00001",
        "perinatal_stage": "antenatal",
        "estimated_delivery_date": "2026-09-01",
        "ethnic_category": "N",
        "preferred_language": "ig",
        "interpreter_required": True,
    }
    assert form.valid


def test_without_a_number_the_reason_is_asked() -> None:
    form = Form.sent({**PERSON, "nhs_number_known": "no", "nhs_number_missing_reason": "overseas-patient"})
    person = read_person(form, given.a_network())
    assert person is not None
    assert "nhs_number" not in person
    assert person["nhs_number_missing_reason"] == "overseas-patient"
    form = Form.sent({**PERSON, "nhs_number_known": "no"})
    read_person(form, given.a_network())
    assert messages(form) == {"nhs_number_missing_reason": "Say why there is no NHS number"}


def test_everything_that_is_missing_is_named_in_the_order_of_the_page() -> None:
    form = Form.sent({})
    read_person(form, given.a_network())
    read_referral(form, TODAY)
    assert list(form.problems) == [
        "full_name",
        "nhs_number_known",
        "practice_ods_code",
        "perinatal_stage",
        "ethnic_category",
        "preferred_language",
        "interpreter_required",
        "asking",
        "primary_reason",
        "received_on",
    ]


def test_somebody_known_is_not_entered_again() -> None:
    assert read_person(Form.sent({"person_id": given.PERSON}), given.a_network()) is None
    form = Form.sent({"person_id": "nonsense"})
    read_person(form, given.a_network())
    assert not form.valid


def test_a_professional_is_asked_for_service_and_profession() -> None:
    form = Form.sent({**REQUEST, "referring_org_ods_code": "x00009"})
    assert read_referral(form, TODAY).body == {
        "source_of_referral": "A4",
        "referring_professional_type": "midwife",
        "referring_org_ods_code": "X00009",
        "primary_reason": "13",
    }


def test_a_family_is_not_asked_for_a_profession() -> None:
    form = Form.sent({**REQUEST, "asking": "family", "family_source": "B1"})
    assert read_referral(form, TODAY).body == {"source_of_referral": "B1", "primary_reason": "13"}
    assert form.valid


def test_a_family_source_cannot_come_from_a_professional() -> None:
    form = Form.sent({**REQUEST, "source_of_referral": "B1"})
    read_referral(form, TODAY)
    assert messages(form) == {"source_of_referral": "Choose the service that is referring"}


def test_a_date_is_asked_for_part_by_part() -> None:
    form = Form.sent({"born-day": "31", "born-month": "2", "born-year": "1994"})
    assert form.day("born", "Date of birth") is None
    assert messages(form) == {"born": "Date of birth must be a real date, like 27 3 2026"}
    form = Form.sent({"born-day": "3", "born-year": "1994"})
    form.day("born", "Date of birth")
    assert messages(form) == {"born": "Date of birth must include a month"}
    assert form.problems["born"].anchor == "born-month"
    form = Form.sent({"born-day": "3", "born-month": "4", "born-year": "94"})
    form.day("born", "Date of birth")
    assert not form.valid
    assert Form.sent({}).day("born", "Date of birth") is None


def test_tomorrow_is_too_soon_for_a_request() -> None:
    form = Form.sent({**REQUEST, "received_on-day": "26"})
    read_referral(form, TODAY)
    assert messages(form) == {"received_on": "The date the request came in must be today or in the past"}


def test_a_number_has_to_be_in_its_range() -> None:
    form = Form.sent({"weeks": "31.5", "late": "46", "words": "ten"})
    assert form.number("weeks", "The week", lowest=0, highest=45) == 31.5
    assert form.number("late", "The week", lowest=0, highest=45) is None
    assert form.number("words", "The week", lowest=0, highest=45) is None
    assert messages(form)["late"] == "The week must be a number from 0 to 45"


def test_a_code_that_was_not_offered_is_not_taken() -> None:
    form = Form.sent({"strand": "another"})
    assert form.choice("strand", ["universal"], missing="Choose a strand") is None
    assert messages(form) == {"strand": "Choose a strand"}


def test_a_second_click_is_the_same_command() -> None:
    command_id = uuid4()
    assert Form.sent({"command_id": str(command_id)}).command_id == command_id


def test_a_refusal_is_shown_beside_its_box_and_the_form_stays_one_command() -> None:
    form = Form.sent({"command_id": str(uuid4())})
    before = form.command_id
    form.refuse(
        Refusal(slug="birth-date-in-future", message="Too late.", field="birth_date"), {"birth_date": "birth_date-day"}
    )
    form.refuse(Refusal(slug="busy", message="Try again."))
    assert messages(form) == {"birth_date": "Too late.", "form": "Try again."}
    assert form.problems["birth_date"].anchor == "birth_date-day"
    assert form.command_id == before


INSTRUMENT = {
    "code": "made-up",
    "title": "Made up",
    "recall_days": 7,
    "items": [
        {"number": 1, "minimum": 0, "maximum": 3, "reversed_on_form": False, "not_applicable": None},
        {"number": 2, "minimum": 1, "maximum": 2, "reversed_on_form": True, "not_applicable": "omit"},
    ],
}


def test_questions_offer_their_own_range() -> None:
    made = questionnaire(INSTRUMENT)
    assert [question.answers for question in made.questions] == [["0", "1", "2", "3", "none"], ["1", "2", "na", "none"]]
    assert made.turned


def test_answers_are_numbers_gaps_or_not_applicable() -> None:
    questions = questionnaire(INSTRUMENT).questions
    assert answers(Form.sent({"item-1": "3", "item-2": "na"}), questions) == [3, "na"]
    assert answers(Form.sent({"item-1": "none", "item-2": "1"}), questions) == [None, 1]


def test_no_question_is_passed_over() -> None:
    form = Form.sent({"item-1": "4"})
    answers(form, questionnaire(INSTRUMENT).questions)
    assert list(messages(form)) == ["item-1", "item-2"]
    assert messages(form)["item-2"] == "Choose an answer to question 2, or that it was not answered"
