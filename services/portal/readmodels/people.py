"""What may be known of a person outside the referral service: an id and the equity facts."""

from dataclasses import dataclass
from datetime import datetime

from contracts.event import PublicEvent
from contracts.referral import PersonDetailsChangedV1, PersonErasedV1, PersonRegisteredV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    person_id: str
    practice_ods_code: str | None
    nhs_number_status: str
    ethnic_category: str
    preferred_language: str
    interpreter_required: bool
    imd_decile: int | None
    age_band: str
    perinatal_stage: str | None
    known_since: datetime


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    match recorded.event:
        case PersonRegisteredV1() | PersonDetailsChangedV1() | PersonErasedV1() as event:
            return event.person_id
        case _:
            return None


def _evolve(row: PersonRow | None, recorded: Recorded[PublicEvent]) -> PersonRow | None:
    match recorded.event:
        case PersonRegisteredV1() as event:
            return _facts(event, known_since=event.registered_at)
        case PersonDetailsChangedV1() as event:
            return _facts(event, known_since=row.known_since if row else event.changed_at)
        case PersonErasedV1():
            return None
        case _:
            return row


def _facts(event: PersonRegisteredV1 | PersonDetailsChangedV1, *, known_since: datetime) -> PersonRow:
    return PersonRow(
        person_id=event.person_id,
        practice_ods_code=event.practice_ods_code,
        nhs_number_status=event.nhs_number_status,
        ethnic_category=event.ethnic_category,
        preferred_language=event.preferred_language,
        interpreter_required=event.interpreter_required,
        imd_decile=event.imd_decile,
        age_band=event.age_band,
        perinatal_stage=event.perinatal_stage,
        known_since=known_since,
    )


PEOPLE: ReadModel[PersonRow, PublicEvent] = ReadModel(
    name="portal.people",
    version=1,
    table="people",
    key="person_id",
    row=PersonRow,
    key_of=_key_of,
    evolve=_evolve,
)


async def person(tx: Tx, tenant: TenantId, person_id: str) -> PersonRow | None:
    record = await tx.fetchrow("select * from people where tenant = $1 and person_id = $2", tenant, person_id)
    return PEOPLE.read(record) if record else None


_LATEST_FIRST = """
select *, count(*) over () as matching from people
where tenant = $1 and ($2::text is null or practice_ods_code = $2) and ($3::text is null or perinatal_stage = $3)
order by known_since desc, person_id
limit $4 offset $5
"""


async def everybody(
    tx: Tx, tenant: TenantId, *, practice: str | None, stage: str | None, limit: int | None = None, offset: int = 0
) -> tuple[list[PersonRow], int]:
    """A page of the people, the latest known first, and how many there are. Without a limit, all."""
    records = await tx.fetch(_LATEST_FIRST, tenant, practice, stage, limit, offset)
    return [PEOPLE.read(record) for record in records], records[0]["matching"] if records else 0


async def people(tx: Tx, tenant: TenantId, person_ids: list[str]) -> dict[str, PersonRow]:
    """Those of the people who are known here, by id."""
    records = await tx.fetch("select * from people where tenant = $1 and person_id = any($2)", tenant, person_ids)
    return {record["person_id"]: PEOPLE.read(record) for record in records}
