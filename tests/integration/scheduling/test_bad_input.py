"""Nothing hostile gets into the scheduling service, by whichever command: a named refusal in one sentence, and nothing stored."""

from datetime import timedelta

import pytest

from services.kit.testing import NOW
from tests.integration.bad_input import Make, Service, complaints, plain
from tests.integration.scheduling.conftest import SESSION, A, Site, booking

pytestmark = pytest.mark.postgres

PCN = "POST /v1/pcns/{pcn}"
ONE, MEETING = f"{PCN}/appointments/{{appointment_id}}", f"{PCN}/group-sessions/{{group_session_id}}"
SEEN = {
    "attendance_status": "5",
    "activities": ["assessment"],
    "others_present": ["infant"],
    "interpreter_present": True,
    "partner_assessment_offered": False,
    "note": "A note.",
}
LATER = {
    "starts_at": (NOW + timedelta(hours=5)).isoformat(),
    "ends_at": (NOW + timedelta(hours=6)).isoformat(),
    "rescheduled_by": "patient",
}


def bodies(site: Site) -> dict[str, Make]:
    """A body that would be taken, for each command."""

    async def book() -> tuple[dict[str, str], dict[str, object]]:
        return {}, booking(await site.person(), site_ods_code="X0001", override_reason="Both know.")

    def of_appointment(body: dict[str, object]) -> Make:
        async def make() -> tuple[dict[str, str], dict[str, object]]:
            return {"appointment_id": str((await site.appointment())["id"])}, body

        return make

    def of_session(body: dict[str, object]) -> Make:
        async def make() -> tuple[dict[str, str], dict[str, object]]:
            return {"group_session_id": await site.session()}, body

        return make

    return {
        f"{PCN}/appointments": book,
        f"{ONE}/reschedule": of_appointment(LATER),
        f"{ONE}/cancel": of_appointment({"cancelled_by": "patient", "reason": "Moved."}),
        f"{ONE}/outcome": of_appointment(SEEN),
        f"{ONE}/outcome/correct": of_appointment({**SEEN, "reason": "entry-error"}),
        f"{PCN}/group-sessions": plain({**SESSION, "site_ods_code": "X0001"}),
        f"{MEETING}/cancel": of_session({"reason": "weather"}),
        f"{MEETING}/places": of_session({"party_size": 2}),
        f"{MEETING}/places/{{place_id}}/cancel": of_session({}),
        f"{MEETING}/hold": of_session({"attended": [], "drop_ins": [{"people": 2}], "language": "en"}),
    }


def service(site: Site) -> Service:
    return Service(client=site.client, pool=site.pool, issuer=site.issuer, tenant=A, bodies=bodies(site))


@pytest.mark.timeout(120)
async def test_no_command_takes_what_is_hostile(site: Site) -> None:
    found = await complaints(service(site))
    assert not found, "\n".join(found)
