"""One family's way through the service, in a real browser: asked for help, triaged, accepted, seen to get better."""

from datetime import UTC, datetime, timedelta

import pytest

from services.portal.web.moments import london_day
from tests.e2e.conftest import Visit
from tests.e2e.steps import (
    BY_A_MIDWIFE,
    EPDS_HIGH,
    EPDS_LOW,
    PERSON,
    WITHOUT_A_NUMBER,
    a_new_person,
    items,
    on,
    record_epds,
)
from tests.e2e.visitor import Visitor


@pytest.mark.parametrize(("scripts", "number", "name"), [(True, "9990000018", "Amara"), (False, "9990000026", "Bela")])
async def test_a_family_is_referred_triaged_accepted_and_measured(
    visit: Visit, scripts: bool, number: str, name: str
) -> None:
    referrer = await visit("referrer", scripts=scripts)
    referral_id = await a_midwife_refers(referrer, f"{name} Nwosu (synthetic)", number)
    clinician = await visit("clinician", scripts=scripts)
    await the_clinician_triages_and_accepts(clinician, f"{name} Nwosu (synthetic)", referral_id)
    await the_midwife_sees_what_became_of_it(referrer, f"{name} Nwosu (synthetic)", referral_id)
    await what_they_need_changes(clinician)
    await the_clinician_records_two_questionnaires(clinician)
    await the_person_page_shows_flag_and_trend(clinician, f"{name} Nwosu (synthetic)")
    await the_coordinator_reads_the_report(await visit("coordinator", scripts=scripts))


async def a_midwife_refers(referrer: Visitor, name: str, number: str) -> str:
    await referrer.check("home-referrer")
    await referrer.follow("Refer a family")
    await referrer.check("refer")
    await referrer.press("Send referral")
    assert "Enter the name of the person this is for" in await referrer.text()
    await referrer.check("refer-mistakes")
    await referrer.fill({"full_name": name, **PERSON, "nhs_number": number, **BY_A_MIDWIFE})
    await referrer.fill({"access_needs-easy_read": "yes", "access_note": "Step by step, please (synthetic)"})
    await referrer.fill({"note": "Low since birth (synthetic)"})
    await referrer.press("Send referral")
    said = await referrer.text()
    assert "The referral has been received." in said
    assert "It has arrived. A clinician reads it next." in said
    await referrer.check("referral")
    referral_id = referrer.id_in_path()
    await referrer.follow("All referrals I made")
    assert f"{name} Born 27 March 1994" in (await referrer.text()).replace(f"NHS number {_spaced(number)}, b", "B")
    await referrer.check("referrals-made")
    return referral_id


def _spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}"


async def the_clinician_triages_and_accepts(clinician: Visitor, name: str, referral_id: str) -> None:
    await clinician.check("home-clinician")
    await clinician.open("/triage")
    said = await clinician.text()
    assert name in said
    assert "28 days left" in said
    assert "Interpreter needed: Igbo" in said
    await clinician.check("triage-list")
    await clinician.follow(name)
    assert clinician.id_in_path() == referral_id
    said = await clinician.text()
    for words in ("Easy read, with pictures", "Step by step, please (synthetic)", "Low since birth (synthetic)"):
        assert words in said
    await clinician.check("triage")
    await clinician.fill({"clinical_response_priority": "2", "note": "Ring today (synthetic)"})
    await clinician.press("Save triage")
    assert "The referral has been triaged." in await clinician.text()
    await clinician.fill({"care_strand": "parental_mental_health"})
    await clinician.press("Accept referral")
    assert "The referral has been accepted." in await clinician.text()
    await clinician.check("triage-accepted")
    await clinician.open("/waiting")
    assert name in await clinician.text()
    await clinician.check("waiting-list")
    await clinician.follow(name)


async def the_midwife_sees_what_became_of_it(referrer: Visitor, name: str, referral_id: str) -> None:
    await referrer.open("/referrals-made?status=accepted")
    said = await referrer.text()
    assert f"{name}" in said
    assert "Taken on The family is taken on and waits to be seen." in said
    await referrer.open(f"/referrals/{referral_id}")
    said = await referrer.text()
    assert "The family is taken on and waits to be seen." in said
    for clinical in ("Urgent", "Parental mental health", "Ring today", "Low since birth"):
        assert clinical not in said
    await referrer.check("referral-outcome")


async def what_they_need_changes(clinician: Visitor) -> None:
    person = clinician.page.url
    said = await clinician.text()
    assert "Ring today (synthetic)" in said
    assert "Easy read, with pictures" in said
    await clinician.follow("Change details and needs")
    await clinician.check("details")
    changes = {"interpreter_required": "no", "access_needs-longer_time": "yes", "contact_preference": "3"}
    await clinician.fill({**changes, "telephone": "call me"})
    await clinician.press("Save details")
    assert "This is not a telephone number" in await clinician.page.locator("#telephone-error").inner_text()
    await clinician.check("details-refused")
    await clinician.fill({"telephone": "01632 960007"})
    await clinician.press("Save details")
    said = await clinician.text()
    assert "The details have been changed." in said
    for words in ("Easy read, with pictures", "More time", "By telephone", "01632 960007"):
        assert words in said
    assert "Interpreter needed" not in said
    await clinician.page.goto(person)


async def the_clinician_records_two_questionnaires(clinician: Visitor) -> None:
    person = clinician.page.url
    today = london_day(datetime.now(UTC))
    for day, scores, point in ((today - timedelta(days=42), EPDS_HIGH, "baseline"), (today, EPDS_LOW, "review")):
        await clinician.page.goto(person)
        await clinician.press("Record a questionnaire")
        await clinician.fill({"instrument": "epds"})
        await clinician.press("Continue")
        filled = {**on("completed_on", day), "collection_point": point, "infant_age_weeks": "9", **items(scores)}
        await clinician.fill(filled)
        await clinician.press("Save questionnaire")
        assert "Say how the answers were copied" in await clinician.text()
        await clinician.check("questionnaire-mistake")
        await clinician.fill({"orientation": "oriented"})
        await clinician.press("Save questionnaire")
        said = await clinician.text()
        assert "The questionnaire has been recorded." in said
        assert f"{sum(scores)} of 30" in said
        for words in ("Risk flag", "Talk about it with the person today", "Review"):
            assert (words in said) == (scores[9] > 0)
        await clinician.check("questionnaire")
    await clinician.page.goto(person)


async def the_person_page_shows_flag_and_trend(clinician: Visitor, name: str) -> None:
    said = await clinician.text()
    assert name in said
    assert "born 27 March 1994" in said
    assert "EPDS question 10, completed" in said
    chart = clinician.page.get_by_role("img", name="EPDS, total: 2 scores")
    assert await chart.count() == 1
    assert "Lowest 4, highest 16." in (await chart.locator("desc").text_content() or "")
    rows = await clinician.page.locator("caption:has-text('EPDS scores')").locator("..").locator("tbody tr").count()
    assert rows == 2
    await clinician.check("person")


async def the_coordinator_reads_the_report(coordinator: Visitor) -> None:
    await coordinator.check("home-coordinator")
    await coordinator.open("/report")
    await coordinator.check("report")
    received = await coordinator.page.locator("dt:has-text('Referrals received') + dd > a").inner_text()
    link = coordinator.page.get_by_role("link", name="Download as JSON")
    answer = await coordinator.context.request.get(f"{coordinator.portal}{await link.get_attribute('href')}")
    report = await answer.json()
    assert received.split()[0].strip(":") == str(report["reach"]["received"])
    assert [each["pairs"]["n"] >= 1 for each in report["measures"] if each["instrument"] == "epds"] == [True]
    assert report["risk_flags"] >= 1


async def test_a_coordinator_writes_down_that_a_family_asked_itself(visit: Visit) -> None:
    coordinator = await visit("coordinator")
    await coordinator.open("/refer")
    family = {
        **WITHOUT_A_NUMBER,
        "full_name": "Chidi Okafor (synthetic)",
        "nhs_number_missing_reason": "overseas-patient",
    }
    await coordinator.fill({**family, "asking": "family", "family_source": "B1", "primary_reason": "21"})
    await coordinator.press("Send referral")
    said = await coordinator.text()
    assert "The referral has been received." in said
    assert "The person themselves" in said


async def test_a_wrong_questionnaire_is_corrected_and_the_first_reading_kept(visit: Visit) -> None:
    clinician = await visit("clinician")
    await a_new_person(clinician, "Dina Haddad (synthetic)")
    await record_epds(clinician, EPDS_HIGH)
    await clinician.follow("Correct this questionnaire")
    await clinician.check("correct")
    await clinician.fill({"orientation": "oriented", "reason": "entry-error", **items(EPDS_LOW)})
    await clinician.press("Save correction")
    said = await clinician.text()
    assert "The questionnaire has been corrected." in said
    assert "4 of 30" in said
    assert "Before correction 1 Total 16" in said


async def test_places_of_the_tick_are_turned_into_scores(visit: Visit) -> None:
    clinician = await visit("clinician")
    await a_new_person(clinician, "Eleni Pappas (synthetic)")
    # On the form of the EPDS the top answer of questions 3 and 5 to 10 counts three points: seven times three.
    await record_epds(clinician, [0] * 10, orientation="position")
    said = await clinician.text()
    assert "21 of 30" in said
    assert "Risk flag" in said


async def test_somebody_already_known_is_found_and_referred_again(visit: Visit) -> None:
    clinician = await visit("clinician")
    known = {**PERSON, "full_name": "Farah Aziz (synthetic)", "nhs_number": "9990000034", **BY_A_MIDWIFE}
    for _ in range(2):
        await clinician.open("/refer")
        await clinician.fill(known)
        await clinician.press("Send referral")
    assert "Somebody with this NHS number is already known here." in await clinician.text()
    await clinician.check("refer-already-known")
    await clinician.follow("Farah Aziz (synthetic)")
    await clinician.fill(BY_A_MIDWIFE)
    await clinician.press("Send referral")
    assert "The referral has been received." in await clinician.text()
    await clinician.open("/people")
    await clinician.check("search")
    await clinician.fill({"by": "nhs_number", "term": "999 000 0034"})
    await clinician.press("Search")
    assert "1 person found" in await clinician.text()
    await clinician.check("search-found")
