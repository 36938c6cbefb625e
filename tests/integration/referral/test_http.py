"""Given what happened, when somebody asks, then the answer, the new facts and what can be read."""

from datetime import timedelta
from typing import Any

from services.kit.testing import NOW
from services.referral.domain.events import PcnConfigured, PersonRegistered, ReferralAccepted, ReferralTriaged
from tests.integration.referral.conftest import A, B, Site


async def test_a_network_is_set_up_and_listed_to_who_may_see_it(site: Site) -> None:
    listed = (await site.ask("GET", "/pcns", pcns=[A])).json()
    assert [(row["pcn_ods_code"], row["name"], row["waiting_threshold_days"]) for row in listed] == [
        (A, "Northfield", 28)
    ]
    everywhere = (await site.ask("GET", "/pcns", role="operator", pcns=["*"])).json()
    assert [row["pcn_ods_code"] for row in everywhere] == [A, B]
    nowhere = (await site.ask("GET", "/pcns", pcns=[])).json()
    assert nowhere == []


async def test_the_same_settings_again_are_not_a_new_fact(site: Site) -> None:
    before = await site.events(f"pcn-{B}", B)
    await site.configure(B, name="Southfield")
    assert await site.events(f"pcn-{B}", B) == before
    assert all(isinstance(event, PcnConfigured) for event in before)


async def test_a_person_is_registered_and_found_by_name(site: Site) -> None:
    person_id = await site.register(full_name="Synthia Testcase", birth_date="1994-02-03", practice_ods_code="X00001")
    [event] = await site.events(f"person-{person_id}")
    assert isinstance(event, PersonRegistered)
    assert (event.full_name, event.age_band, event.occurred_at) == ("Synthia Testcase", "30-34", NOW)
    found = (await site.ask("POST", f"/pcns/{A}/people/search", {"full_name": "synthia t"})).json()
    assert found == [
        {
            "person_id": person_id,
            "full_name": "Synthia Testcase",
            "nhs_number": None,
            "birth_date": "1994-02-03",
            "external_reference": None,
            "erased_at": None,
        }
    ]


async def test_names_are_given_for_the_ids_on_a_page(site: Site) -> None:
    person_id = await site.register(full_name="Ida Testcase", nhs_number="943 476 5870", external_reference="R-1")
    stranger = "00000000-0000-4000-8000-000000000000"
    body = {"person_ids": [person_id, stranger]}
    answer = (await site.ask("POST", f"/pcns/{A}/people/identities", body)).json()
    assert set(answer["people"]) == {person_id}
    assert answer["people"][person_id]["nhs_number"] == "9434765870"
    by_number = await site.ask("POST", f"/pcns/{A}/people/search", {"nhs_number": "9434765870"})
    by_reference = await site.ask("POST", f"/pcns/{A}/people/search", {"external_reference": "R-1"})
    assert by_number.json() == by_reference.json() == [answer["people"][person_id]]


async def test_from_referral_to_a_strand_of_care(site: Site) -> None:
    referral_id = await site.refer(
        await site.register(), note="Low since birth.", referring_professional_type="midwife"
    )
    path = f"/pcns/{A}/referrals/{referral_id}"
    assert (await on_list(site, "triage-list", referral_id))["clinical_response_priority"] is None

    triaged = await site.done("POST", f"{path}/triage", {"clinical_response_priority": "1", "note": "Call today."})
    await site.caught_up(triaged["position"])
    assert (await on_list(site, "triage-list", referral_id))["clinical_response_priority"] == "1"

    accepted = await site.done("POST", f"{path}/accept", {"care_strand": "parent_infant"})
    await site.caught_up(accepted["position"])
    assert await on_list(site, "triage-list", referral_id) == {}
    assert (await on_list(site, "waiting-list", referral_id))["care_strand"] == "parent_infant"

    assert (accepted["id"], accepted["stream"], accepted["version"]) == (referral_id, f"referral-{referral_id}", 4)
    [_, _, triage, acceptance] = await site.events(f"referral-{referral_id}")
    assert isinstance(triage, ReferralTriaged)
    assert triage.note == "Call today."
    assert isinstance(acceptance, ReferralAccepted)


async def test_the_waiting_list_says_since_when_and_until_when(site: Site) -> None:
    since = NOW - timedelta(days=30)
    referral_id = await site.refer(await site.register(), received_at=since.isoformat(), source_of_referral="B1")
    row = await on_list(site, "waiting-list", referral_id)
    assert (row["days_waiting"], row["days_left"], row["due_on"]) == (30, -2, "2026-05-30")
    assert (await on_list(site, "triage-list", referral_id))["self_referred"] is True


async def test_the_code_lists_are_there_for_every_form(site: Site) -> None:
    lists = (await site.ask("GET", "/code-lists", role="referrer")).json()
    assert {"code": "A4", "label": "Maternity service", "verified": True} in lists["source_of_referral"]["codes"]
    assert [code["code"] for code in lists["clinical_response_priority"]["codes"]] == ["1", "4", "2", "3"]


async def on_list(site: Site, name: str, referral_id: str) -> dict[str, Any]:
    """The referral's row on a list; empty when it is not there."""
    rows = (await site.ask("GET", f"/pcns/{A}/{name}")).json()
    return next((row for row in rows if row["referral_id"] == referral_id), {})
