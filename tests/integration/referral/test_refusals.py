"""What the service does not do, in words a form can show, and never with anybody's identity in them."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit.testing import NOW
from services.referral.http import ROUTES
from services.referral.http_people import PEOPLE as PEOPLE_ROUTES
from tests.integration.referral.conftest import PERSON, SETTINGS, UNTRACED, A, B, Site
from tests.integration.sites import problem

PEOPLE = f"/pcns/{A}/people"
REFERRALS = f"/pcns/{A}/referrals"
PCN_ROUTES = [
    (method, route.path.removeprefix("/v1"))
    for route in [*ROUTES.routes, *PEOPLE_ROUTES.routes]
    for method in route.methods
    if "{pcn}" in route.path
]


async def test_a_command_sent_again_has_one_effect_and_the_same_answer(site: Site) -> None:
    key, number = str(uuid4()), "9434765765"
    body = {**PERSON, "nhs_number": number, "practice_ods_code": "X00001"}
    first = await site.done("POST", PEOPLE, body, role="coordinator", key=key)
    await site.caught_up(first["position"])
    again = await site.done("POST", PEOPLE, body, role="coordinator", key=key)
    assert again == {**first, "duplicate": True}
    assert len(await site.events(first["stream"])) == 1


async def test_a_command_done_before_is_answered_though_it_would_now_be_refused(site: Site) -> None:
    await site.configure(B, name="Southfield", practices=[{"ods_code": "X00002", "name": "Leaving Surgery"}])
    key, body = str(uuid4()), {**PERSON, **UNTRACED, "practice_ods_code": "X00002"}
    first = await site.done("POST", f"/pcns/{B}/people", body, role="coordinator", pcns=[B], key=key)
    await site.configure(B, name="Southfield", practices=[])
    again = await site.done("POST", f"/pcns/{B}/people", body, role="coordinator", pcns=[B], key=key)
    other = await site.ask("POST", f"/pcns/{B}/people", body, role="coordinator", pcns=[B])
    assert again == {**first, "duplicate": True}
    assert problem(other)["slug"] == "practice-unknown"


async def test_a_key_used_for_something_else_is_refused(site: Site) -> None:
    key = str(uuid4())
    person = await site.done("POST", PEOPLE, {**PERSON, **UNTRACED}, role="coordinator", key=key)
    body = referral(person["id"])
    response = await site.ask("POST", REFERRALS, body, role="coordinator", key=key)
    assert problem(response)["slug"] == "command-id-reused"
    assert await site.events(f"wait-facts-{person['id']}") == []


@pytest.mark.parametrize("key", ["seventeen", "123"])
async def test_a_command_without_a_proper_key_is_refused(site: Site, key: str) -> None:
    response = await site.ask("POST", PEOPLE, {**PERSON, **UNTRACED}, role="coordinator", key=key)
    assert problem(response)["slug"] == "idempotency-key-missing"


async def test_a_number_registered_before_is_refused_without_saying_whose_it_is(site: Site) -> None:
    person_id = await site.register(nhs_number="9434765919", full_name="Synthia Testcase")
    body = {**PERSON, "nhs_number": "943 476 5919", "full_name": "Somebody Else"}
    response = await site.ask("POST", PEOPLE, body, role="referrer")
    assert problem(response) == {"status": 409, "slug": "nhs-number-already-registered", "field": "nhs_number"}
    assert not [secret for secret in ("Synthia", "943", person_id) if secret in response.text]
    found = (await site.ask("POST", f"{PEOPLE}/search", {"nhs_number": "9434765919"}, role="referrer")).json()
    assert [row["person_id"] for row in found] == [person_id]


async def test_the_same_number_may_be_registered_in_another_network(site: Site) -> None:
    await site.register(A, nhs_number="9912003888")
    await site.register(B, nhs_number="9912003888")


def referral(person_id: str) -> dict[str, Any]:
    return {"person_id": person_id, "source_of_referral": "A1", "primary_reason": "04", "received_at": NOW.isoformat()}


@pytest.mark.parametrize(
    ("changes", "status", "slug", "field"),
    [
        ({"ethnic_category": "Q"}, 422, "code-unknown", "ethnic_category"),
        ({"preferred_language": "xx"}, 422, "code-unknown", "preferred_language"),
        ({"perinatal_stage": "later"}, 422, "code-unknown", "perinatal_stage"),
        ({"nhs_number_missing_reason": "lost"}, 422, "code-unknown", "nhs_number_missing_reason"),
        ({"practice_ods_code": "X99999"}, 409, "practice-unknown", "practice_ods_code"),
        ({"nhs_number": "9434765918", "nhs_number_missing_reason": None}, 422, "nhs-number-invalid", "nhs_number"),
        ({"nhs_number_missing_reason": None}, 422, "nhs-number-or-reason-needed", "nhs_number"),
        ({"birth_date": "2026-06-02"}, 422, "birth-date-in-future", "birth_date"),
    ],
)
async def test_what_a_person_cannot_be_registered_with(
    site: Site, changes: dict[str, Any], status: int, slug: str, field: str
) -> None:
    response = await site.ask("POST", PEOPLE, {**PERSON, **UNTRACED, **changes}, role="coordinator")
    assert problem(response) == {"status": status, "slug": slug, "field": field}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"surname": "Testcase"}, "surname"),
        ({"interpreter_required": "yes"}, "interpreter_required"),
        ({"imd_decile": "2"}, "imd_decile"),
        ({"birth_date": "3 February 1994"}, "birth_date"),
        ({"birth_date": 760233600}, "birth_date"),
        ({"birth_date": "760233600"}, "birth_date"),
        ({"birth_date": "1994-02-30"}, "birth_date"),
        ({"practice_ods_code": "see note"}, "practice_ods_code"),
        ({"full_name": "  "}, "full_name"),
        ({"full_name": "x" * 201}, "full_name"),
    ],
)
async def test_a_body_that_is_not_in_the_right_form_is_refused_by_field(
    site: Site, changes: dict[str, Any], field: str
) -> None:
    response = await site.ask("POST", PEOPLE, {**PERSON, **UNTRACED, **changes}, role="coordinator")
    assert problem(response) == {"status": 422, "slug": "request-invalid"}
    assert [wrong["field"].partition(".")[0] for wrong in response.json()["errors"]] == [field]
    assert "1994" not in response.text


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"source_of_referral": "Z9"}, "code-unknown", "source_of_referral"),
        ({"primary_reason": "17"}, "code-unknown", "primary_reason"),
        ({"referring_professional_type": "wizard"}, "code-unknown", "referring_professional_type"),
        ({"received_at": (NOW + timedelta(days=1)).isoformat()}, "received-in-future", "received_at"),
        ({"received_at": "0001-01-01T00:00:00Z"}, "received-too-early", "received_at"),
        ({"received_at": "0202-05-01T10:00:00Z"}, "received-too-early", "received_at"),
        ({"person_id": str(uuid4())}, "person-unknown", "person_id"),
        ({"received_at": "2026-05-01T10:00:00"}, "request-invalid", None),
        ({"person_id": "Synthia"}, "request-invalid", None),
        ({"referring_org_ods_code": "Dr Test, the Grove"}, "request-invalid", None),
    ],
)
async def test_what_a_referral_cannot_be_received_with(
    site: Site, changes: dict[str, Any], slug: str, field: str | None
) -> None:
    body = {**referral(await site.register()), **changes}
    response = await site.ask("POST", REFERRALS, body, role="referrer")
    assert (problem(response)["slug"], problem(response).get("field")) == (slug, field)


async def test_the_order_of_things(site: Site) -> None:
    path = f"{REFERRALS}/{await site.refer(await site.register())}"
    accept, triage = {"care_strand": "universal"}, {"clinical_response_priority": "3"}
    assert problem(await site.ask("POST", f"{path}/accept", accept))["slug"] == "referral-not-triaged"
    await site.done("POST", f"{path}/triage", triage)
    other = await site.ask("POST", f"{path}/triage", {"clinical_response_priority": "1"})
    assert problem(other)["slug"] == "referral-already-triaged"
    await site.done("POST", f"{path}/accept", accept)
    assert problem(await site.ask("POST", f"{path}/triage", triage))["slug"] == "referral-already-accepted"


async def test_a_strand_the_network_does_not_offer(site: Site) -> None:
    await site.configure(B, name="Southfield", care_strands=["universal"])
    referral_id = await site.refer(await site.register(B), B)
    path = f"/pcns/{B}/referrals/{referral_id}"
    await site.done("POST", f"{path}/triage", {"clinical_response_priority": "3"}, pcns=[B])
    response = await site.ask("POST", f"{path}/accept", {"care_strand": "wider_family"}, pcns=[B])
    assert problem(response) == {"status": 409, "slug": "care-strand-not-offered", "field": "care_strand"}


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"pcn_ods_code": B}, "pcn-different", "pcn_ods_code"),
        ({"care_strands": ["universal", "yoga"]}, "code-unknown", "care_strands"),
        ({"waiting_threshold_days": 0}, "waiting-threshold-invalid", "waiting_threshold_days"),
        ({"practices": SETTINGS["practices"] * 2}, "practice-repeated", "practices"),
    ],
)
async def test_settings_a_network_cannot_have(site: Site, changes: dict[str, Any], slug: str, field: str) -> None:
    body = {"pcn_ods_code": A, **SETTINGS, **changes}
    response = await site.ask("PUT", f"/pcns/{A}", body, role="operator", pcns=["*"])
    assert problem(response) == {"status": 422, "slug": slug, "field": field}


async def test_a_network_nobody_set_up(site: Site) -> None:
    response = await site.ask(
        "POST", "/pcns/U00009/people", {**PERSON, **UNTRACED}, role="coordinator", pcns=["U00009"]
    )
    assert problem(response) == {"status": 404, "slug": "pcn-unknown"}


@pytest.mark.parametrize("body", [{}, {"full_name": "Synthia", "nhs_number": "9434765919"}, {"full_name": "S"}])
async def test_a_search_is_by_one_thing(site: Site, body: dict[str, str]) -> None:
    assert problem(await site.ask("POST", f"{PEOPLE}/search", body))["slug"] == "request-invalid"


@pytest.mark.parametrize(("method", "path"), PCN_ROUTES)
async def test_a_user_of_another_network_is_kept_out_of_every_route(site: Site, method: str, path: str) -> None:
    path = path.format(pcn=A, referral_id=uuid4(), person_id=uuid4())
    for role in ("operator", "coordinator", "clinician"):
        response = await site.ask(method, path, {}, role=role, pcns=[B])
        assert problem(response) == {"status": 403, "slug": "not-allowed"}


@pytest.mark.parametrize(("method", "path"), [*PCN_ROUTES, ("GET", "/pcns"), ("GET", "/code-lists")])
async def test_nobody_is_let_in_without_a_token(site: Site, method: str, path: str) -> None:
    response = await site.client.request(
        method, "/v1" + path.format(pcn=A, referral_id=uuid4(), person_id=uuid4()), json={}
    )
    assert problem(response) == {"status": 401, "slug": "not-signed-in"}


async def test_from_another_network_nothing_of_this_one_is_there(site: Site) -> None:
    person_id = await site.register(A, full_name="Only Here", nhs_number="9434765846", external_reference="ONLY-HERE")
    referral_id = await site.refer(person_id, A)
    for search in ({"full_name": "Only"}, {"nhs_number": "9434765846"}, {"external_reference": "ONLY-HERE"}):
        assert (await site.ask("POST", f"/pcns/{B}/people/search", search, pcns=[B])).json() == []
    asked = await site.ask("POST", f"/pcns/{B}/people/identities", {"person_ids": [person_id]}, pcns=[B])
    assert asked.json() == {"people": {}}
    for name in ("triage-list", "waiting-list"):
        assert person_id not in (await site.ask("GET", f"/pcns/{B}/{name}", pcns=[B])).text
    refer = await site.ask("POST", f"/pcns/{B}/referrals", referral(person_id), role="referrer", pcns=[B])
    assert problem(refer)["slug"] == "person-unknown"
    for verb, body in (("triage", {"clinical_response_priority": "1"}), ("accept", {"care_strand": "universal"})):
        response = await site.ask("POST", f"/pcns/{B}/referrals/{referral_id}/{verb}", body, pcns=[B])
        assert problem(response)["slug"] == "referral-unknown"


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("operator", "GET", f"/pcns/{A}/triage-list"),
        ("operator", "POST", f"{PEOPLE}/search"),
        ("operator", "POST", PEOPLE),
        ("referrer", "GET", f"/pcns/{A}/waiting-list"),
        ("coordinator", "POST", f"{REFERRALS}/{uuid4()}/triage"),
        ("referrer", "POST", f"{REFERRALS}/{uuid4()}/accept"),
        ("importer", "POST", f"{PEOPLE}/identities"),
        ("training-lead", "POST", f"{PEOPLE}/search"),
        ("clinician", "PUT", f"/pcns/{A}"),
    ],
)
async def test_what_a_role_may_not_do(site: Site, role: str, method: str, path: str) -> None:
    response = await site.ask(method, path, {}, role=role, pcns=["*"])
    assert problem(response) == {"status": 403, "slug": "not-allowed"}
