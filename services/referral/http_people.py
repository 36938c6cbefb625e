"""The routes of people: who becomes known, who they are, how they are reached and what they need from us."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.kit.access_log import Access, accesses_of, note_list, note_read
from services.kit.auth import Principal
from services.kit.http import CommandId, Done, Pcn
from services.kit.tenancy import TenantId, Tx
from services.referral.application import person_id_for
from services.referral.bodies import ChangedDetails, Erasure, Identity, NewPerson, PersonIds, Search
from services.referral.domain.details import ChangePersonDetails
from services.referral.domain.nhs_number import parse_nhs_number
from services.referral.domain.person import ErasePerson, RegisterPerson
from services.referral.http import Use, is_public, permit
from services.referral.projections import identities
from services.referral.projections.identities import IdentityRow

PEOPLE = APIRouter(prefix="/v1")


@PEOPLE.post("/pcns/{pcn}/people", status_code=201)
async def register_person(
    principal: Annotated[Principal, Depends(permit("person:register"))],
    pcn: Pcn,
    body: NewPerson,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = RegisterPerson(person_id=person_id_for(command_id), **body.model_dump())
    answer = await use.application.register_person(
        pcn, command, command_id=command_id, actor=principal.user, by_the_family=is_public(principal)
    )
    return Done.of(answer)


@PEOPLE.post("/pcns/{pcn}/people/identities")
async def read_identities(
    principal: Annotated[Principal, Depends(permit("person:read-identity"))], pcn: Pcn, body: PersonIds, use: Use
) -> dict[str, dict[str, Identity]]:
    async with use.pool.scope(pcn) as tx:
        rows = await identities.by_ids(tx, pcn, [str(person_id) for person_id in body.person_ids])
        if len(rows) == 1:
            await note_read(tx, pcn, principal, what="identity", subject=rows[0].person_id)
        else:
            await note_list(tx, pcn, principal, what="identities", rows=len(rows))
    return {"people": {row.person_id: Identity.model_validate(row) for row in rows}}


@PEOPLE.post("/pcns/{pcn}/people/search")
async def search_people(
    principal: Annotated[Principal, Depends(permit("person:read-identity"))], pcn: Pcn, body: Search, use: Use
) -> list[Identity]:
    async with use.pool.scope(pcn) as tx:
        rows = await _found(tx, pcn, body)
        await note_list(tx, pcn, principal, what="search", rows=len(rows))
    return [Identity.model_validate(row) for row in rows]


async def _found(tx: Tx, pcn: TenantId, search: Search) -> list[IdentityRow]:
    match search:
        case Search(nhs_number=str() as number):
            return await identities.by_nhs_number(tx, pcn, parse_nhs_number(number))
        case Search(external_reference=str() as reference):
            return await identities.by_external_reference(tx, pcn, reference)
        case _:
            return await identities.by_name(tx, pcn, search.full_name or "")


@PEOPLE.get("/pcns/{pcn}/people/{person_id}/details")
async def read_details(
    principal: Annotated[Principal, Depends(permit("person:read-details"))], pcn: Pcn, person_id: UUID, use: Use
) -> dict[str, Any]:
    """Everything that is known of one person, as it stands in the log now, and how often it was told."""
    known = await use.application.known_person(pcn, str(person_id))
    await use.note(pcn, principal, str(person_id), what="details")
    return {"person_id": known.person_id, "revision": known.revision, **asdict(known.details)}


@PEOPLE.post("/pcns/{pcn}/people/{person_id}/details")
async def change_details(
    *,
    principal: Annotated[Principal, Depends(permit("person:change-details"))],
    pcn: Pcn,
    person_id: UUID,
    body: ChangedDetails,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = ChangePersonDetails(person_id=str(person_id), **body.model_dump())
    return Done.of(await use.application.change_person(pcn, command, command_id=command_id, actor=principal.user))


@PEOPLE.post("/pcns/{pcn}/people/{person_id}/erase")
async def erase_person(
    *,
    principal: Annotated[Principal, Depends(permit("person:erase"))],
    pcn: Pcn,
    person_id: UUID,
    body: Erasure,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = ErasePerson(person_id=str(person_id), reason=body.reason)
    return Done.of(await use.application.erase_person(pcn, command, command_id=command_id, actor=principal.user))


@PEOPLE.get("/pcns/{pcn}/people/{person_id}/accesses")
async def read_accesses(
    principal: Annotated[Principal, Depends(permit("access-log:read"))], pcn: Pcn, person_id: UUID, use: Use
) -> list[Access]:
    async with use.pool.scope(pcn) as tx:
        return await accesses_of(tx, pcn, str(person_id))
