"""Who a person id stands for. In this service only: everybody else asks, under a user's own permission."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.referral.domain.events import Event
from services.referral.domain.person_events import PersonDetailsChanged, PersonErased, PersonRegistered

MOST_FOUND = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """Who somebody is; once they are erased, only that. `name_key` is the name as it is searched."""

    person_id: str
    full_name: str | None
    name_key: str | None
    nhs_number: str | None
    birth_date: date | None
    external_reference: str | None
    erased_at: datetime | None = None


def name_key(full_name: str) -> str:
    """Capitals and spacing make no difference to a search."""
    return " ".join(full_name.casefold().split())


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case PersonRegistered() | PersonDetailsChanged() | PersonErased() as event:
            return event.person_id
        case _:
            return None


def evolve(row: IdentityRow | None, recorded: Recorded[Event]) -> IdentityRow | None:
    match recorded.event:
        case PersonRegistered() | PersonDetailsChanged() as event:
            return IdentityRow(
                person_id=event.person_id,
                full_name=event.full_name,
                name_key=None if event.full_name is None else name_key(event.full_name),
                nhs_number=event.nhs_number,
                birth_date=event.birth_date,
                external_reference=event.external_reference,
            )
        case PersonErased(person_id=person_id, occurred_at=erased_at):
            return _nobody(person_id, erased_at)
        case _:
            return row


def _nobody(person_id: str, erased_at: datetime) -> IdentityRow:
    return IdentityRow(
        person_id=person_id,
        full_name=None,
        name_key=None,
        nhs_number=None,
        birth_date=None,
        external_reference=None,
        erased_at=erased_at,
    )


IDENTITIES = ReadModel(
    name="referral.identities",
    version=1,
    table="identities",
    key="person_id",
    row=IdentityRow,
    key_of=key_of,
    evolve=evolve,
)


async def by_ids(tx: Tx, tenant: TenantId, person_ids: Collection[str]) -> list[IdentityRow]:
    """The identities of these people; those not known in the network are left out."""
    records = await tx.fetch(
        "select * from identities where tenant = $1 and person_id = any($2)", tenant, list(person_ids)
    )
    return [IDENTITIES.read(record) for record in records]


async def erased(tx: Tx, tenant: TenantId) -> list[str]:
    """Everybody who was erased, by id."""
    records = await tx.fetch(
        "select person_id from identities where tenant = $1 and erased_at is not null order by person_id", tenant
    )
    return [record["person_id"] for record in records]


async def by_nhs_number(tx: Tx, tenant: TenantId, nhs_number: str) -> list[IdentityRow]:
    """People with exactly this number (ten digits)."""
    records = await tx.fetch(
        "select * from identities where tenant = $1 and nhs_number = $2 order by person_id limit $3",
        tenant,
        nhs_number,
        MOST_FOUND,
    )
    return [IDENTITIES.read(record) for record in records]


async def by_external_reference(tx: Tx, tenant: TenantId, reference: str) -> list[IdentityRow]:
    """People with exactly this reference of another system."""
    records = await tx.fetch(
        "select * from identities where tenant = $1 and external_reference = $2 order by person_id limit $3",
        tenant,
        reference,
        MOST_FOUND,
    )
    return [IDENTITIES.read(record) for record in records]


async def by_name(tx: Tx, tenant: TenantId, part: str) -> list[IdentityRow]:
    """People whose name holds this part, in order of name."""
    records = await tx.fetch(
        "select * from identities where tenant = $1 and position($2 in name_key) > 0"
        " order by name_key, person_id limit $3",
        tenant,
        name_key(part),
        MOST_FOUND,
    )
    return [IDENTITIES.read(record) for record in records]
