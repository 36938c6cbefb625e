"""A family with everything the portal can be told of it, and the network it belongs to."""

import re
from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from services.kit.tenancy import TenantId
from tests.integration.portal.conftest import Portal
from tests.unit.portal import clinical_scenarios as clinical
from tests.unit.portal import scenarios as given
from tests.unit.portal import scheduling_scenarios as scheduling
from tests.unit.portal import training_scenarios as training
from tests.unit.portal.scenarios import heard

OTHER = TenantId("U99998")
"""A network that knows nothing of them."""
OWN = f"/pcns/{given.PCN}"

PERSON, REFERRAL = f"person-{given.PERSON}", f"referral-{given.REFERRAL}"
RECORD, RESTRICTED = f"record-{given.PERSON}", f"restricted-{given.PERSON}"
APPOINTMENT, SESSION = f"appointment-{scheduling.APPOINTMENT}", f"session-{scheduling.SESSION}"
TRAINING = f"training-session-{training.TRAINING}"

IDS = {
    "pcn": given.PCN,
    "person_id": given.PERSON,
    "subject": given.PERSON,
    "referral_id": given.REFERRAL,
    "measure_id": given.MEASURE,
    "flag_id": given.FLAG,
    "goal_id": given.GOAL,
    "concern_id": given.CONCERN,
    "period_id": given.PERIOD,
    "appointment_id": scheduling.APPOINTMENT,
    "group_session_id": scheduling.SESSION,
    "place_id": scheduling.PLACE,
    "training_session_id": training.TRAINING,
    "stream": REFERRAL,
}
"""What stands in an address: {its name there: the id of what was told}."""


def addresses(routes: Iterable[BaseRoute], method: str, network: str = given.PCN) -> list[str]:
    """Where these routes are, filled in with what is there; the ids are the family's in whichever network."""
    ids = {**IDS, "pcn": network}
    paths = {route.path for route in routes if isinstance(route, APIRoute) and method in route.methods}
    return sorted(re.sub(r"\{(\w+)\}", lambda found: ids[found[1]], path) for path in paths)


async def a_family(portal: Portal) -> None:
    """Referred and waiting, with a questionnaire, a flag, a goal, an appointment and a place; and whoever was trained."""
    await portal.hear(
        heard(given.configured(), f"pcn-{given.PCN}", 1),
        heard(given.registered(), PERSON, 1),
        heard(given.received(), REFERRAL, 1),
        heard(given.wait_started(), REFERRAL, 2),
        heard(given.measured(), RECORD, 2),
        heard(given.flagged(), RECORD, 3),
        heard(clinical.goal_set(), RECORD, 4),
        heard(clinical.concern_opened(), RESTRICTED, 1),
        heard(clinical.period_started(), RESTRICTED, 2),
        heard(scheduling.booked(), APPOINTMENT, 1),
        heard(scheduling.scheduled(), SESSION, 1),
        heard(scheduling.place_booked(), SESSION, 2),
        heard(training.training_planned(), TRAINING, 1),
        heard(training.training_held(), TRAINING, 2),
        heard(training.trained(), TRAINING, 3),
        heard(training.consulted(), f"consultation-{training.CONSULTATION}", 1),
        heard(training.contributed(), f"community-input-{training.INPUT}", 1),
    )
