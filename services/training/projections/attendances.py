"""Who attended which training session: for coverage by practice, and to know a professional again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.training.domain.coverage import TwelveMonths
from services.training.domain.events import Event, TrainingAttendanceRemoved, TrainingAttended


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRow:
    """One professional in one session. The name is None when it was not given, or is erased."""

    attendance_id: str
    training_session_id: str
    attendee_id: str
    full_name: str | None
    professional_type: str
    practice_ods_code: str | None
    attended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeCoverage:
    """A practice, and how many different professionals of it were trained. `last_trained_at` is within the twelve months."""

    practice_ods_code: str
    name: str
    trained: int
    last_trained_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAttendee:
    """A professional who attended before, as last told. The name is None when it was never given, or is erased."""

    attendee_id: str
    full_name: str | None
    professional_type: str
    practice_ods_code: str | None
    sessions: int
    last_attended_at: datetime


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case TrainingAttended() | TrainingAttendanceRemoved() as event:
            return _attendance_id(event)
        case _:
            return None


def evolve(row: AttendanceRow | None, recorded: Recorded[Event]) -> AttendanceRow | None:
    match recorded.event:
        case TrainingAttended() as event:
            return AttendanceRow(
                attendance_id=_attendance_id(event),
                training_session_id=event.training_session_id,
                attendee_id=event.attendee_id,
                full_name=event.full_name,
                professional_type=event.professional_type,
                practice_ods_code=event.practice_ods_code,
                attended_at=event.occurred_at,
            )
        case TrainingAttendanceRemoved():
            return None
        case _:
            return row


def _attendance_id(event: TrainingAttended | TrainingAttendanceRemoved) -> str:
    return f"{event.training_session_id}/{event.attendee_id}"


ATTENDANCES = ReadModel(
    name="training.attendances",
    version=1,
    table="attendances",
    key="attendance_id",
    row=AttendanceRow,
    key_of=key_of,
    evolve=evolve,
)

# The list of practices is the one in force at the end of the day; for a day before the first list, the first.
_COVERAGE = """
select practice ->> 'ods_code' as practice_ods_code, practice ->> 'name' as name,
       count(distinct attendances.attendee_id) as trained, max(attendances.attended_at) as last_trained_at
from (
    select practices from practice_lists where tenant = $1
    order by noted_at >= $3, abs(extract(epoch from noted_at - $3)) limit 1
) as list
cross join lateral jsonb_array_elements(list.practices) as practice
left join attendances
    on attendances.tenant = $1 and attendances.practice_ods_code = practice ->> 'ods_code'
    and attendances.attended_at >= $2 and attendances.attended_at < $3
group by 1, 2
order by 2, 1
"""

_NAMES = """
select distinct on (attendee_id) attendee_id, full_name from attendances
where tenant = $1 and attendee_id = any($2)
order by attendee_id, full_name is null, attended_at desc, attendance_id
"""


_KNOWN = """
select latest.attendee_id, name.full_name, latest.professional_type, latest.practice_ods_code, latest.sessions,
       latest.attended_at as last_attended_at
from (
    select distinct on (attendee_id) attendee_id, professional_type, practice_ods_code, attended_at,
           count(*) over (partition by attendee_id) as sessions
    from attendances where tenant = $1
    order by attendee_id, attended_at desc, attendance_id
) as latest
left join lateral (
    select full_name from attendances
    where tenant = $1 and attendee_id = latest.attendee_id and full_name is not null
    order by attended_at desc, attendance_id limit 1
) as name on true
order by latest.attended_at desc, latest.attendee_id
limit $2
"""
_MOST_KNOWN = 1_000


async def known_attendees(tx: Tx, tenant: TenantId) -> list[KnownAttendee]:
    """Who attended before, those seen last first."""
    return [KnownAttendee(**record) for record in await tx.fetch(_KNOWN, tenant, _MOST_KNOWN)]


async def coverage(tx: Tx, tenant: TenantId, window: TwelveMonths) -> list[PracticeCoverage]:
    """The network's practices by name, those without anybody trained among them."""
    records = await tx.fetch(_COVERAGE, tenant, window.since, window.until)
    return [PracticeCoverage(**record) for record in records]


async def names_of(tx: Tx, tenant: TenantId, attendee_ids: Collection[str]) -> dict[str, str | None]:
    """Those of these professionals who attended before, with the name given last; None: never given, or erased."""
    records = await tx.fetch(_NAMES, tenant, list(attendee_ids))
    return {record["attendee_id"]: record["full_name"] for record in records}
