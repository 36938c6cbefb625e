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

    return {
        f"{PCN}/measures": measure,
        f"{PCN}/people/{{person_id}}/goals": about({"wording": "To sleep.", "set_on": DAY}),
        f"{PCN}/people/{{person_id}}/safeguarding-concerns": about({"level": "early-help", "opened_on": DAY}),
        f"{PCN}/people/{{person_id}}/mha-periods": about({"legal_status": "02", "started_on": DAY}),
        **{command: plain({"person_id": str(uuid4()), **body}) for command, body in OF_WHAT_IS_THERE.items()},
    }


OF_WHAT_IS_THERE: dict[str, dict[str, object]] = {
    f"{PCN}/measures/{{measure_id}}/correct": {
        "items": EPDS["items"],
        "orientation": "oriented",
        "reason": "entry-error",
        "note": "A note.",
    },
    f"{PCN}/risk-flags/{{flag_id}}/review": {"outcome": "monitoring", "note": "A note."},
    f"{PCN}/goals/{{goal_id}}/rate": {"rating": 3, "rated_on": DAY},
    f"{PCN}/safeguarding-concerns/{{concern_id}}/level": {"level": "early-help", "changed_on": DAY},
    f"{PCN}/safeguarding-concerns/{{concern_id}}/close": {"reason": "other", "closed_on": DAY},
    f"{PCN}/mha-periods/{{period_id}}/end": {"ended_on": DAY},
}


def service(site: Site) -> Service:
    return Service(client=site.client, pool=site.pool, issuer=site.issuer, tenant=A, bodies=bodies(site))


@pytest.mark.timeout(120)
async def test_no_command_takes_what_is_hostile(site: Site) -> None:
    found = await complaints(service(site))
    assert not found, "\n".join(found)
