"""Lists of 5,000 rows as a browser asks for them: route, query, presenter, template.

The referral service is not there to give names, so that only the portal is measured.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog

from services.kit.registry import into
from services.kit.tenancy import TenantId, TenantPool, set_tenant
from services.portal.incoming import READ_MODELS
from services.portal.migrate import MIGRATIONS
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Line, Report, at_most
from tests.benchmarks.visits import Browser
from tests.databases import make_database
from tests.integration.portal.conftest import portal_on
from tests.support import Issuer
from tests.unit.portal import scenarios as given
from tests.unit.portal import scheduling_scenarios as scheduling
from tests.unit.portal import training_scenarios as training
from tests.unit.portal.scenarios import an_id, heard

NAME = "lists"
METHOD = "one sample a list, 24 requests or more"
ROWS = 5_000
TENANT = TenantId("U88888")
NOW = datetime.now(UTC)
PATHS = (
    "/waiting",
    "/waiting?part=assessment&page=100",
    "/waiting?due=soon",
    "/triage",
    "/triage?page=150",
    "/referrals",
    "/referrals?status=received&page=150",
    "/everybody",
    "/everybody?page=200",
    f"/diary?clinician=everybody&view=day&on={NOW:%Y-%m-%d}",
    f"/diary?clinician=everybody&view=week&on={NOW:%Y-%m-%d}",
    "/diary/to-record?clinician=everybody",
    "/diary/to-record?clinician=everybody&page=80",
    "/sessions",
    "/sessions?when=past&page=80",
    "/training?page=150",
    "/training/coverage",
    "/consultations",
    "/consultations?about=general&page=150",
    "/community?page=150",
)
_GOAL = 100
_SECONDS = 0.6
_AT_ONCE = 500
_A_DAY = 100
"""Appointments: half of the days are over, half to come."""


async def fill(pool: TenantPool, rows: int = ROWS) -> None:
    """So many families, each with a referral and a clock, an appointment, a session, training, and a consultation."""
    work = into(READ_MODELS)
    kinds = (_family, _appointment, _session, _training, _consultation)
    for start in range(0, rows, _AT_ONCE):
        numbers = range(start, min(rows, start + _AT_ONCE))
        events = [event for number in numbers for kind in kinds for event in kind(number)]
        async with pool.unscoped() as tx:
            await set_tenant(tx, TENANT)
            await work(tx, events)


def _family(number: int) -> Sequence[Any]:
    person, referral = _person(number), an_id(f"page referral {number}")
    began = given.RECEIVED - timedelta(hours=number % 900)
    about = {"person_id": person}
    started = given.wait_started(referral, **about, clock_started_at=began, due_on=(began + timedelta(days=28)).date())
    return [
        heard(given.registered(person), f"person-{person}", 1, tenant=TENANT),
        heard(given.received(referral, **about, received_at=began), f"referral-{referral}", 1, tenant=TENANT),
        heard(started, f"referral-{referral}", 2, tenant=TENANT),
    ]


def _person(number: int) -> str:
    return an_id(f"page person {number}")


def _at(number: int) -> dict[str, datetime]:
    """Of 5,000 things at 100 a day the middle ones are today."""
    begins = NOW + timedelta(days=number // _A_DAY - ROWS // _A_DAY // 2, minutes=number % _A_DAY)
    return {"starts_at": begins, "ends_at": begins + timedelta(minutes=50)}


def _appointment(number: int) -> Sequence[Any]:
    appointment = an_id(f"page appointment {number}")
    ids = {"appointment_id": appointment, "person_id": _person(number), "clinician_id": f"clinician {number % 20}"}
    return [heard(scheduling.booked(**ids, **_at(number)), f"appointment-{appointment}", 1, tenant=TENANT)]


def _session(number: int) -> Sequence[Any]:
    session, place = an_id(f"page session {number}"), an_id(f"page place {number}")
    planned = scheduling.scheduled(group_session_id=session, **_at(number))
    taken = scheduling.place_booked(group_session_id=session, place_id=place, person_id=_person(number))
    stream = f"session-{session}"
    return [heard(planned, stream, 1, tenant=TENANT), heard(taken, stream, 2, tenant=TENANT)]


def _training(number: int) -> Sequence[Any]:
    session = {"training_session_id": an_id(f"page training {number}")}
    attended = {**session, "attendee_id": an_id(f"page attendee {number}"), "attended_at": NOW}
    stream = f"training-session-{session['training_session_id']}"
    return [
        heard(training.training_planned().model_copy(update={**session, **_at(number)}), stream, 1, tenant=TENANT),
        heard(training.trained().model_copy(update=attended), stream, 2, tenant=TENANT),
    ]


def _consultation(number: int) -> Sequence[Any]:
    consultation, input_id = an_id(f"page consultation {number}"), an_id(f"page input {number}")
    asked = training.consulted(consultation_id=consultation, subject_kind="general", person_id=None)
    gave = training.contributed().model_copy(update={"input_id": input_id})
    return [
        heard(asked, f"consultation-{consultation}", 1, tenant=TENANT),
        heard(gave, f"community-input-{input_id}", 1, tenant=TENANT),
    ]


async def run(bench: Bench) -> Report:
    # That names cannot be had is so by intent here, and would be said for every page.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    issuer, lines = Issuer(), []
    database = await make_database(bench.stack.wiring.databases, MIGRATIONS)
    async with portal_on(database, issuer) as portal:
        bench.tell(f"{NAME}: filling the portal")
        await fill(portal.pool)
        browser = Browser(portal.client, portal.as_browser(portal.session("clinician", TENANT)))
        for path in PATHS:
            bench.tell(f"{NAME}: {path}")
            found = await browser.waits(partial(_path, path), 1, _SECONDS)
            lines.append(Line(what=path, level=ROWS, samples=[found]))
    issuer.close()
    slowest = max(lines, key=lambda line: line.percentile("p95") or 0.0)
    return Report(
        title="Lists of a network with 5,000 of everything",
        unit="pages/s",
        level="rows",
        lines=lines,
        goals=[at_most(f"p95 ms of the slowest list: {slowest.what}", slowest.percentile("p95"), _GOAL)],
    )


def _path(path: str, _number: int) -> str:
    return f"/pcns/{TENANT}{path}"
