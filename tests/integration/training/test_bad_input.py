"""Nothing hostile gets into the training service, by whichever command: a named refusal in one sentence, and nothing stored."""

from uuid import uuid4

import pytest

from tests.integration.bad_input import Make, Service, complaints, plain
from tests.integration.training.conftest import CONSULTATION, INPUT, PLAN, VISITOR, A, Site

pytestmark = pytest.mark.postgres

PCN = "POST /v1/pcns/{pcn}"


def bodies(site: Site) -> dict[str, Make]:
    """A body that would be taken, for each command."""
    register = {"attendees": [VISITOR]}

    async def planned() -> tuple[dict[str, str], dict[str, object]]:
        return {"training_session_id": await site.plan()}, register

    return {
        f"{PCN}/training-sessions": plain(PLAN),
        f"{PCN}/training-sessions/{{training_session_id}}/hold": planned,
        f"{PCN}/training-sessions/{{training_session_id}}/register/correct": plain(
            {**register, "reason": "person-forgotten"}
        ),
        f"{PCN}/consultations": plain({**CONSULTATION, "note": "A note.", "person_id": str(uuid4())}),
        f"{PCN}/community-input": plain({**INPUT, "note": "A note."}),
    }


def service(site: Site) -> Service:
    return Service(client=site.client, pool=site.pool, issuer=site.issuer, tenant=A, bodies=bodies(site))


@pytest.mark.timeout(120)
async def test_no_command_takes_what_is_hostile(site: Site) -> None:
    found = await complaints(service(site))
    assert not found, "\n".join(found)
