"""Nothing hostile gets into the outcomes service, by whichever command: a named refusal in one sentence, and nothing stored."""

from uuid import uuid4

import pytest

from tests.integration.bad_input import Make, Service, complaints, plain
from tests.integration.outcomes.conftest import EPDS, A, Site

pytestmark = pytest.mark.postgres

PCN = "POST /v1/pcns/{pcn}"
DAY = "2026-05-20"
MEASURE = {**EPDS, "gestation_weeks": 30.5, "infant_age_weeks": 3}


def bodies(site: Site) -> dict[str, Make]:
    """A body that would be taken, for each command."""

    async def measure() -> tuple[dict[str, str], dict[str, object]]:
        return {}, {**MEASURE, "person_id": await site.enrol()}

    def about(body: dict[str, object]) -> Make:
        async def make() -> tuple[dict[str, str], dict[str, object]]:
            return {"person_id": await site.enrol()}, body

        return make

    whose = {"person_id": str(uuid4())}
    said = {"reason": "entry-error", "note": "A note."}
    correction = {**whose, "items": EPDS["items"], "orientation": "oriented", **said}
    concern = f"{PCN}/safeguarding-concerns/{{concern_id}}"
    return {
        f"{PCN}/measures": measure,
        f"{PCN}/measures/{{measure_id}}/correct": plain(correction),
        f"{PCN}/risk-flags/{{flag_id}}/review": plain({**whose, "outcome": "monitoring", "note": "A note."}),
        f"{PCN}/people/{{person_id}}/goals": about({"wording": "To sleep.", "set_on": DAY}),
        f"{PCN}/goals/{{goal_id}}/rate": plain({**whose, "rating": 3, "rated_on": DAY}),
        f"{PCN}/people/{{person_id}}/safeguarding-concerns": about({"level": "early-help", "opened_on": DAY}),
        f"{concern}/level": plain({**whose, "level": "early-help", "changed_on": DAY}),
        f"{concern}/close": plain({**whose, "reason": "other", "closed_on": DAY}),
        f"{PCN}/people/{{person_id}}/mha-periods": about({"legal_status": "02", "started_on": DAY}),
        f"{PCN}/mha-periods/{{period_id}}/end": plain({**whose, "ended_on": DAY}),
    }


def service(site: Site) -> Service:
    return Service(client=site.client, pool=site.pool, issuer=site.issuer, tenant=A, bodies=bodies(site))


@pytest.mark.timeout(120)
async def test_no_command_takes_what_is_hostile(site: Site) -> None:
    found = await complaints(service(site))
    assert not found, "\n".join(found)
