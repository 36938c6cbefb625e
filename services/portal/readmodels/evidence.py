"""The events the evaluation report counts, one row an event: what it tells, when it was true, when it was stored.

An event never changes, so what was known at any moment is what was stored by then. Every number of the report leads back to here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from contracts.event import PublicEvent
from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1, RiskFlaggedV1
from contracts.referral import (
    PcnConfiguredV1,
    ReferralAcceptedV1,
    ReferralReceivedV1,
    WaitAdvancedV1,
    WaitBreachedV1,
    WaitRevisedV1,
    WaitStartedV1,
    WaitStoppedV1,
)
from contracts.scheduling import (
    AppointmentCancelledV1,
    PlaceBookedV1,
    PlaceCancelledV1,
    PlacePromotedV1,
    PlaceWaitlistedV1,
    SessionAttendedV1,
    SessionCancelledV1,
    SessionHeldV1,
    SessionMissedV1,
)
from contracts.training import ConsultationLoggedV1, TrainingAttendedV1, TrainingSessionHeldV1
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

LONDON = ZoneInfo("Europe/London")

_TELLS: dict[str, tuple[tuple[str, ...], str]] = {
    PcnConfiguredV1.TYPE: (("pcn_ods_code",), "configured_at"),
    ReferralReceivedV1.TYPE: (("referral_id",), "received_at"),
    ReferralAcceptedV1.TYPE: (("referral_id",), "accepted_at"),
    WaitStartedV1.TYPE: (("spell_id",), "clock_started_at"),
    WaitAdvancedV1.TYPE: (("spell_id",), "part_at"),
    WaitStoppedV1.TYPE: (("spell_id",), "clock_stopped_at"),
    WaitRevisedV1.TYPE: (("spell_id",), "revised_at"),
    WaitBreachedV1.TYPE: (("spell_id",), "breached_at"),
    MeasureRecordedV1.TYPE: (("measure_id",), "completed_on"),
    MeasureCorrectedV1.TYPE: (("measure_id",), "completed_on"),
    RiskFlaggedV1.TYPE: (("measure_id",), "flagged_at"),
    AppointmentCancelledV1.TYPE: (("appointment_id",), "cancelled_at"),
    SessionAttendedV1.TYPE: (("appointment_id", "place_id", "group_session_id"), "attended_at"),
    SessionMissedV1.TYPE: (("appointment_id", "place_id", "group_session_id"), "missed_at"),
    SessionHeldV1.TYPE: (("group_session_id",), "held_at"),
    SessionCancelledV1.TYPE: (("group_session_id",), "cancelled_at"),
    PlaceBookedV1.TYPE: (("place_id",), "at"),
    PlaceWaitlistedV1.TYPE: (("place_id",), "at"),
    PlacePromotedV1.TYPE: (("place_id",), "at"),
    PlaceCancelledV1.TYPE: (("place_id",), "at"),
    TrainingSessionHeldV1.TYPE: (("training_session_id",), "held_at"),
    TrainingAttendedV1.TYPE: (("training_session_id",), "attended_at"),
    ConsultationLoggedV1.TYPE: (("consultation_id",), "held_on"),
}
"""{type: (fields that say what it is about, the first that is filled; field that says when it was)}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    event: str
    """stream/version"""
    stream: str
    version: int
    type: str
    subject: str
    """Id of what it is about."""
    day: date
    """Day in England on which it counts."""
    occurred_at: datetime
    recorded_at: datetime
    facts: dict[str, Any]


def _key_of(recorded: Recorded[PublicEvent]) -> str | None:
    return f"{recorded.stream}/{recorded.version}" if recorded.event.TYPE in _TELLS else None


def _evolve(row: EvidenceRow | None, recorded: Recorded[PublicEvent]) -> EvidenceRow | None:
    if recorded.event.TYPE not in _TELLS:
        return row
    about, when = _TELLS[recorded.event.TYPE]
    return EvidenceRow(
        event=f"{recorded.stream}/{recorded.version}",
        stream=recorded.stream,
        version=recorded.version,
        type=recorded.event.TYPE,
        subject=next(filter(None, (getattr(recorded.event, name) for name in about)), recorded.stream),
        day=london_day(getattr(recorded.event, when)),
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        facts=recorded.event.model_dump(mode="json", exclude_none=True),
    )


def london_day(when: datetime | date) -> date:
    return when.astimezone(LONDON).date() if isinstance(when, datetime) else when


EVIDENCE: ReadModel[EvidenceRow, PublicEvent] = ReadModel(
    name="portal.evidence",
    version=1,
    table="evidence",
    key="event",
    row=EvidenceRow,
    key_of=_key_of,
    evolve=_evolve,
)

_KNOWN = """
select event, stream, version, type, subject, day, occurred_at, recorded_at, facts
from evidence where tenant = $1 and type = any($2) and recorded_at <= $3
order by day, occurred_at, stream, version
"""


async def known_at(tx: Tx, tenant: TenantId, types: Iterable[str], as_at: datetime) -> list[EvidenceRow]:
    """The events of these types stored up to `as_at`, in the order in which they were true."""
    # Their rows were validated when they were written; a report of five years reads tens of thousands of them.
    return [EvidenceRow(**record) for record in await tx.fetch(_KNOWN, tenant, list(types), as_at)]
