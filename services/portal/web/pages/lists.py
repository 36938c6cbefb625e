"""Whole lists as CSV files: what the page shows with its filters, all of it."""

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.portal.readmodels.people import everybody
from services.portal.readmodels.referral_log import every_referral
from services.portal.readmodels.referrals import to_triage
from services.portal.readmodels.waiting import Narrowed, waiting
from services.portal.readmodels.waits import waits_of
from services.portal.web.access import permit
from services.portal.web.csv_file import WithNames, csv_response, people_file
from services.portal.web.pages.diary import Account, OfDiary, unrecorded
from services.portal.web.pages.sessions import listed
from services.portal.web.pages.triage import Filter, triage_statuses
from services.portal.web.presenters.files import (
    APPOINTMENT_HEADINGS,
    REFERRAL_HEADINGS,
    SESSION_HEADINGS,
    appointment_cells,
    referral_cells,
    session_cells,
)
from services.portal.web.presenters.people import PEOPLE_HEADINGS, people_cells
from services.portal.web.presenters.referrals import TRIAGE_HEADINGS, triage_cells
from services.portal.web.presenters.waiting import HEADINGS, waiting_cells
from services.portal.web.site import OfNetwork

router = APIRouter()


@router.get("/pcns/{pcn}/waiting.csv", dependencies=[Depends(permit("page:waiting-list"))])
async def waiting_file(
    *,
    visit: OfNetwork,
    status: Filter = "",
    strand: Filter = "",
    due: Filter = "",
    part: Filter = "",
    names: WithNames = "",
) -> Response:
    today = visit.site.today
    wanted = Narrowed.of(status=status, care_strand=strand, due=due, missing_part=part)
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await waiting(tx, visit.tenant, today, wanted)
    cells = [(row.wait.person_id, waiting_cells(row, today)) for row in rows]
    return await people_file(visit, "waiting-list", HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/triage.csv", dependencies=[Depends(permit("page:triage-list"))])
async def triage_file(visit: OfNetwork, status: Filter = "", priority: Filter = "", names: WithNames = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        statuses = triage_statuses(status)
        rows, _ = await to_triage(tx, visit.tenant, statuses=statuses, priority=priority or None, limit=None, offset=0)
        waits = await waits_of(tx, visit.tenant, [row.referral_id for row in rows])
    cells = [(row.person_id, triage_cells(row, waits.get(row.referral_id))) for row in rows]
    return await people_file(visit, "triage-list", TRIAGE_HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/everybody.csv", dependencies=[Depends(permit("page:person"))])
async def everybody_file(
    visit: OfNetwork, practice: Filter = "", stage: Filter = "", names: WithNames = ""
) -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await everybody(tx, visit.tenant, practice=practice or None, stage=stage or None)
    cells = [(row.person_id, people_cells(row)) for row in rows]
    return await people_file(visit, "people", PEOPLE_HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/referrals.csv", dependencies=[Depends(permit("page:triage-list"))])
async def referrals_file(visit: OfNetwork, status: Filter = "", source: Filter = "", names: WithNames = "") -> Response:
    async with visit.site.pool.scope(visit.tenant) as tx:
        rows, _ = await every_referral(tx, visit.tenant, status=status or None, source=source or None)
    cells = [(row.person_id, referral_cells(row)) for row in rows]
    return await people_file(visit, "referrals", REFERRAL_HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/diary.csv", dependencies=[Depends(permit("page:diary"))])
async def diary_file(visit: OfNetwork, asked: OfDiary, names: WithNames = "") -> Response:
    rows, _ = await asked.rows()
    cells = [(row.person_id or "", appointment_cells(row)) for row in rows]
    return await people_file(visit, "diary", APPOINTMENT_HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/diary/to-record.csv", dependencies=[Depends(permit("page:diary"))])
async def to_record_file(visit: OfNetwork, clinician: Account = "", names: WithNames = "") -> Response:
    rows, _ = await unrecorded(visit, clinician)
    cells = [(row.person_id or "", appointment_cells(row)) for row in rows]
    return await people_file(visit, "appointments-to-record", APPOINTMENT_HEADINGS, cells, names=names)


@router.get("/pcns/{pcn}/sessions.csv", dependencies=[Depends(permit("page:sessions"))])
async def sessions_file(visit: OfNetwork, when: Filter = "", status: Filter = "") -> Response:
    rows, _ = await listed(visit, when, status)
    return csv_response("sessions", SESSION_HEADINGS, [session_cells(row) for row in rows])
