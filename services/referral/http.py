"""The JSON API: who may do what, what is sent, what is answered. Errors are not caught here: `kit.http` maps them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.kit.auth import EVERY_TENANT, Principal
from services.kit.bodies import Code, Day, Id, Instant, Line, Note, StrictModel
from services.kit.code_lists import CodeList, CodeLists
from services.kit.http import CommandId, Done, Pcn, Permissions
from services.kit.tenancy import TenantId, TenantPool, Tx
from services.referral.application import Application, person_id_for
from services.referral.domain.calendar import london_date
from services.referral.domain.events import Practice
from services.referral.domain.nhs_number import parse_nhs_number
from services.referral.domain.pcn import ConfigurePcn
from services.referral.domain.person import RegisterPerson
from services.referral.domain.referral import AcceptReferral, ReferralRequest, TriageReferral
from services.referral.projections import identities, pcns, triage_list, waiting_list
from services.referral.projections.identities import IdentityRow
from services.referral.projections.pcns import PcnRow
from services.referral.projections.triage_list import TriageRow

EVERYBODY = {"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"}

permit = Permissions(
    {
        "pcn:configure": {"operator"},
        "pcn:list": EVERYBODY,
        "code-list:read": EVERYBODY,
        "person:register": {"referrer", "clinician", "coordinator", "importer"},
        "person:read-identity": {"referrer", "clinician", "coordinator"},
        "referral:receive": {"referrer", "clinician", "coordinator"},
        "referral:triage": {"clinician"},
        "referral:accept": {"clinician"},
        "referral:read": {"clinician", "coordinator"},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the routes work with; `main` puts it on the application."""

    application: Application
    pool: TenantPool
    code_lists: CodeLists
    clock: Callable[[], datetime]


def _edge(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge


Use = Annotated[Edge, Depends(_edge)]


OdsCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{3,12}$")]


class PracticeEntry(StrictModel):
    ods_code: OdsCode
    name: Line
    joined_on: Day | None = None
    left_on: Day | None = None


class PcnFile(StrictModel):
    pcn_ods_code: Code
    name: Line
    practices: list[PracticeEntry]
    care_strands: list[Code]
    waiting_threshold_days: int
    commissioner_ods_code: OdsCode | None = None

    def command(self) -> ConfigurePcn:
        practices = tuple(Practice(**practice.model_dump()) for practice in self.practices)
        return ConfigurePcn(**{**self.model_dump(), "practices": practices, "care_strands": tuple(self.care_strands)})


class NewPerson(StrictModel):
    ethnic_category: Code
    preferred_language: Code
    interpreter_required: bool
    full_name: Line | None = None
    nhs_number: Line | None = None
    nhs_number_missing_reason: Code | None = None
    birth_date: Day | None = None
    postcode: Line | None = None
    telephone: Line | None = None
    email: Line | None = None
    external_reference: Line | None = None
    practice_ods_code: OdsCode | None = None
    imd_decile: int | None = None
    perinatal_stage: Code | None = None
    estimated_delivery_date: Day | None = None
    infant_birth_date: Day | None = None


class PersonIds(StrictModel):
    person_ids: Annotated[list[Id], Field(max_length=1_000)]


class Search(StrictModel):
    """One of the three."""

    nhs_number: Line | None = None
    external_reference: Line | None = None
    full_name: Annotated[Line, StringConstraints(min_length=2)] | None = None

    @model_validator(mode="after")
    def one_thing(self) -> Self:
        if sum(given is not None for given in (self.nhs_number, self.external_reference, self.full_name)) != 1:
            raise ValueError("search by one of nhs_number, external_reference, full_name")
        return self


class NewReferral(StrictModel):
    person_id: Id
    source_of_referral: Code
    primary_reason: Code
    received_at: Instant
    referring_org_ods_code: OdsCode | None = None
    referring_professional_type: Code | None = None
    note: Note | None = None


class TriageDecision(StrictModel):
    clinical_response_priority: Code
    note: Note | None = None


class Acceptance(StrictModel):
    care_strand: Code


class Identity(BaseModel):
    """Who a person id stands for; all None once the person's key is destroyed."""

    model_config = ConfigDict(from_attributes=True)

    person_id: str
    full_name: str | None
    nhs_number: str | None
    birth_date: date | None
    external_reference: str | None


ROUTES = APIRouter(prefix="/v1")


@ROUTES.get("/code-lists")
async def read_code_lists(
    principal: Annotated[Principal, Depends(permit("code-list:read"))], use: Use
) -> dict[str, CodeList]:
    return dict(use.code_lists.lists)


@ROUTES.get("/pcns")
async def list_pcns(principal: Annotated[Principal, Depends(permit("pcn:list"))], use: Use) -> list[PcnRow]:
    seen = None if EVERY_TENANT in principal.tenants else {TenantId(tenant) for tenant in principal.tenants}
    async with use.pool.unscoped() as tx:
        return await pcns.directory(tx, seen)


@ROUTES.put("/pcns/{pcn}")
async def configure_pcn(
    principal: Annotated[Principal, Depends(permit("pcn:configure"))],
    pcn: Pcn,
    body: PcnFile,
    command_id: CommandId,
    use: Use,
) -> Done:
    answer = await use.application.configure_pcn(pcn, body.command(), command_id=command_id, actor=principal.user)
    return Done.of(answer)


@ROUTES.post("/pcns/{pcn}/people", status_code=201)
async def register_person(
    principal: Annotated[Principal, Depends(permit("person:register"))],
    pcn: Pcn,
    body: NewPerson,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = RegisterPerson(person_id=person_id_for(command_id), **body.model_dump())
    answer = await use.application.register_person(pcn, command, command_id=command_id, actor=principal.user)
    return Done.of(answer)


@ROUTES.post("/pcns/{pcn}/people/identities")
async def read_identities(
    principal: Annotated[Principal, Depends(permit("person:read-identity"))], pcn: Pcn, body: PersonIds, use: Use
) -> dict[str, dict[str, Identity]]:
    async with use.pool.scope(pcn) as tx:
        rows = await identities.by_ids(tx, pcn, [str(person_id) for person_id in body.person_ids])
    return {"people": {row.person_id: Identity.model_validate(row) for row in rows}}


@ROUTES.post("/pcns/{pcn}/people/search")
async def search_people(
    principal: Annotated[Principal, Depends(permit("person:read-identity"))], pcn: Pcn, body: Search, use: Use
) -> list[Identity]:
    async with use.pool.scope(pcn) as tx:
        return [Identity.model_validate(row) for row in await _found(tx, pcn, body)]


async def _found(tx: Tx, pcn: TenantId, search: Search) -> list[IdentityRow]:
    match search:
        case Search(nhs_number=str() as number):
            return await identities.by_nhs_number(tx, pcn, parse_nhs_number(number))
        case Search(external_reference=str() as reference):
            return await identities.by_external_reference(tx, pcn, reference)
        case _:
            return await identities.by_name(tx, pcn, search.full_name or "")


@ROUTES.post("/pcns/{pcn}/referrals", status_code=201)
async def receive_referral(
    principal: Annotated[Principal, Depends(permit("referral:receive"))],
    pcn: Pcn,
    body: NewReferral,
    command_id: CommandId,
    use: Use,
) -> Done:
    request = ReferralRequest(**{**body.model_dump(), "person_id": str(body.person_id)})
    answer = await use.application.receive_referral(pcn, request, command_id=command_id, actor=principal.user)
    return Done.of(answer)


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/triage")
async def triage_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:triage"))],
    pcn: Pcn,
    referral_id: UUID,
    body: TriageDecision,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = TriageReferral(referral_id=str(referral_id), **body.model_dump())
    return Done.of(await use.application.triage_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.post("/pcns/{pcn}/referrals/{referral_id}/accept")
async def accept_referral(
    *,
    principal: Annotated[Principal, Depends(permit("referral:accept"))],
    pcn: Pcn,
    referral_id: UUID,
    body: Acceptance,
    command_id: CommandId,
    use: Use,
) -> Done:
    command = AcceptReferral(referral_id=str(referral_id), care_strand=body.care_strand)
    return Done.of(await use.application.accept_referral(pcn, command, command_id=command_id, actor=principal.user))


@ROUTES.get("/pcns/{pcn}/triage-list")
async def read_triage_list(
    principal: Annotated[Principal, Depends(permit("referral:read"))], pcn: Pcn, use: Use
) -> list[TriageRow]:
    async with use.pool.scope(pcn) as tx:
        return await triage_list.to_triage(tx, pcn)


@ROUTES.get("/pcns/{pcn}/waiting-list")
async def read_waiting_list(
    principal: Annotated[Principal, Depends(permit("referral:read"))], pcn: Pcn, use: Use
) -> list[dict[str, Any]]:
    async with use.pool.scope(pcn) as tx:
        waiting = await waiting_list.waiting(tx, pcn, london_date(use.clock()))
    return [{**asdict(one.spell), "days_waiting": one.days_waiting, "days_left": one.days_left} for one in waiting]
