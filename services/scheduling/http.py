"""The JSON API of appointments and diaries: what is sent, what is answered. Errors are not caught here: `kit.http` maps them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.kit.access_log import Access, accesses_of
from services.kit.auth import Principal
from services.kit.code_lists import CodeList
from services.kit.http import CommandId, Done, Pcn
from services.scheduling.bodies import (
    AccountId,
    AppointmentOutcome,
    Cancellation,
    CorrectedOutcome,
    NewAppointment,
    OtherTime,
)
from services.scheduling.calendar_feed import MEDIA_TYPE, calendar
from services.scheduling.domain.appointment import CancelAppointment, CorrectOutcome, RecordOutcome
from services.scheduling.domain.appointment_events import Move
from services.scheduling.domain.appointment_refusals import AppointmentUnknown
from services.scheduling.edge import Days, Use, backdated, permit
from services.scheduling.projections import diary, unoutcomed
from services.scheduling.projections.diary import DiaryRow
from services.scheduling.projections.unoutcomed import UnoutcomedRow
from services.scheduling.written import Written, notes_of

ROUTES = APIRouter(prefix="/v1")


@ROUTES.get("/code-lists")
async def read_code_lists(
    principal: Annotated[Principal, Depends(permit("code-list:read"))], use: Use
) -> dict[str, CodeList]:
    return dict(use.scheduling.codes.lists)


@ROUTES.post("/pcns/{pcn}/appointments", status_code=201)
async def book_appointment(
    principal: Annotated[Principal, Depends(permit("appointment:book"))],
    pcn: Pcn,
    body: NewAppointment,
    command_id: CommandId,
    use: Use,
) -> Done:
    wish = body.wish(backdated=backdated(principal))
    return Done.of(await use.scheduling.book(pcn, body.meeting, wish, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/appointments/{appointment_id}/reschedule")
async def reschedule_appointment(
    *,
    principal: Annotated[Principal, Depends(permit("appointment:reschedule"))],
    pcn: Pcn,
    appointment_id: UUID,
    body: OtherTime,
    command_id: CommandId,
    use: Use,
) -> Done:
    move = Move(rescheduled_by=body.rescheduled_by)
    wish = body.wish(backdated=backdated(principal))
    answer = await use.scheduling.reschedule(
        pcn, str(appointment_id), move, wish, command_id=command_id, actor=principal.user
    )
    return Done.of(answer)


@ROUTES.post("/pcns/{pcn}/appointments/{appointment_id}/cancel")
async def cancel_appointment(
    *,
    principal: Annotated[Principal, Depends(permit("appointment:cancel"))],
    pcn: Pcn,
    appointment_id: UUID,
    body: Cancellation,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = CancelAppointment(appointment_id=str(appointment_id), cancelled_by=body.cancelled_by, note=body.reason)
    return Done.of(await use.scheduling.close(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/appointments/{appointment_id}/outcome")
async def record_outcome(
    *,
    principal: Annotated[Principal, Depends(permit("appointment:outcome"))],
    pcn: Pcn,
    appointment_id: UUID,
    body: AppointmentOutcome,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = RecordOutcome(appointment_id=str(appointment_id), report=body.report)
    return Done.of(await use.scheduling.close(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/appointments/{appointment_id}/outcome/correct")
async def correct_outcome(
    *,
    principal: Annotated[Principal, Depends(permit("appointment:correct"))],
    pcn: Pcn,
    appointment_id: UUID,
    body: CorrectedOutcome,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = CorrectOutcome(appointment_id=str(appointment_id), report=body.report, reason=body.reason)
    return Done.of(await use.scheduling.close(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.get("/pcns/{pcn}/appointments/unoutcomed")
async def read_unoutcomed(
    principal: Annotated[Principal, Depends(permit("appointment:read"))], pcn: Pcn, use: Use
) -> list[UnoutcomedRow]:
    async with use.pool.scope(pcn) as tx:
        return await unoutcomed.over_by(tx, pcn, use.clock())


@ROUTES.get("/pcns/{pcn}/appointments/{appointment_id}")
async def read_appointment(
    principal: Annotated[Principal, Depends(permit("appointment:read"))], pcn: Pcn, appointment_id: UUID, use: Use
) -> DiaryRow:
    async with use.pool.scope(pcn) as tx:
        row = await diary.one(tx, pcn, str(appointment_id))
    if row is None:
        raise AppointmentUnknown
    async with use.reading(pcn, principal, row.person_id, what="appointment"):
        return row


@ROUTES.get("/pcns/{pcn}/people/{person_id}/appointment-notes")
async def read_notes(
    principal: Annotated[Principal, Depends(permit("appointment:read-notes"))], pcn: Pcn, person_id: UUID, use: Use
) -> list[Written]:
    async with use.reading(pcn, principal, str(person_id), what="appointment-notes") as tx:
        appointments = await diary.of_person(tx, pcn, str(person_id))
    return [note for each in appointments for note in await notes_of(use.scheduling.store, pcn, each)]


@ROUTES.get("/pcns/{pcn}/people/{person_id}/accesses")
async def read_accesses(
    principal: Annotated[Principal, Depends(permit("access-log:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> list[Access]:
    async with use.pool.scope(pcn) as tx:
        return await accesses_of(tx, pcn, str(person_id))


@ROUTES.get("/pcns/{pcn}/diary")
async def read_diary(
    principal: Annotated[Principal, Depends(permit("appointment:read"))],
    pcn: Pcn,
    days: Days,
    use: Use,
    clinician_id: AccountId | None = None,
) -> list[DiaryRow]:
    async with use.pool.scope(pcn) as tx:
        return await diary.between(tx, pcn, clinician_id=clinician_id, since=days.since, until=days.until)


@ROUTES.get("/pcns/{pcn}/diary.ics")
async def read_calendar(
    principal: Annotated[Principal, Depends(permit("appointment:read"))],
    pcn: Pcn,
    days: Days,
    use: Use,
    clinician_id: AccountId,
) -> Response:
    async with use.pool.scope(pcn) as tx:
        rows = await diary.between(tx, pcn, clinician_id=clinician_id, since=days.since, until=days.until)
    return Response(calendar(rows, use.scheduling.codes), media_type=MEDIA_TYPE)
