"""Nothing hostile gets into the referral service, by whichever command: a named refusal in one sentence, and nothing stored."""

import pytest

from services.kit.testing import NOW
from tests.integration.bad_input import Make, Service, complaints, plain
from tests.integration.referral.conftest import PERSON, SETTINGS, UNTRACED, A, Site

pytestmark = pytest.mark.postgres

PCN = "POST /v1/pcns/{pcn}"
ONE = f"{PCN}/referrals/{{referral_id}}"


def bodies(site: Site) -> dict[str, Make]:
    """A body that would be taken, for each command."""

    async def receive() -> tuple[dict[str, str], dict[str, object]]:
        body = {"source_of_referral": "A4", "primary_reason": "13", "received_at": NOW.isoformat(), "note": "A note."}
        return {}, {**body, "person_id": await site.register()}

    def about(body: dict[str, object]) -> Make:
        async def make() -> tuple[dict[str, str], dict[str, object]]:
            return {"referral_id": await site.refer(await site.register())}, body

        return make

    def of_person(body: dict[str, object]) -> Make:
        async def make() -> tuple[dict[str, str], dict[str, object]]:
            return {"person_id": await site.register()}, body

        return make

    return {
        "PUT /v1/pcns/{pcn}": plain({"pcn_ods_code": A, **SETTINGS, "name": "Northfield again"}),
        f"{PCN}/people": plain({**PERSON, **UNTRACED, "full_name": "Synthia Testcase"}),
        f"{PCN}/people/identities": plain({"person_ids": []}),
        f"{PCN}/people/search": plain({"full_name": "Synthia"}),
        f"{PCN}/people/{{person_id}}/details": of_person({"telephone": "01632 960001"}),
        f"{PCN}/people/{{person_id}}/erase": of_person({"reason": "asked-to-be-erased"}),
        f"{PCN}/referrals": receive,
        f"{ONE}/triage": about({"clinical_response_priority": "3", "note": "A note."}),
        f"{ONE}/accept": about({"care_strand": "universal"}),
        f"{ONE}/redirect": about({"reason": "better_met_elsewhere", "note": "A note."}),
        f"{ONE}/withdraw": about({"reason": "not_said", "withdrawn_by": "family", "note": "A note."}),
        f"{ONE}/close": about({"reason": "work_completed", "note": "A note."}),
    }


def service(site: Site) -> Service:
    return Service(client=site.client, pool=site.pool, issuer=site.issuer, tenant=A, bodies=bodies(site))


@pytest.mark.timeout(120)
async def test_no_command_takes_what_is_hostile(site: Site) -> None:
    found = await complaints(service(site))
    assert not found, "\n".join(found)
