"""The events the evaluation report counts, one row an event: what it tells, when it was true, when it was stored.

An event never changes, so what was known at any moment is what was stored by then. Every number of the report leads back to here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from contracts.event import PublicEvent
from contracts.outcomes import (
    MeasureCorrectedV1,
    MeasureRecordedV1,
    MhaPeriodEndedV1,
    MhaPeriodStartedV1,
    RiskFlaggedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
)
from contracts.referral import (
    PcnConfiguredV1,
    PersonDetailsChangedV1,
    PersonRegisteredV1,
    ReferralAcceptedV1,
    ReferralReceivedV1,
    WaitAdvancedV1,
    WaitBreachedV1,
    WaitRevisedV1,
    WaitStartedV1,
    WaitStoppedV1,
)
from contracts.scheduling import (
    AppointmentBookedV1,
    AppointmentCancelledV1,
    AppointmentRescheduledV1,
    PlaceBookedV1,
    PlaceCancelledV1,
    PlacePromotedV1,
    PlaceWaitlistedV1,
    SessionAttendedV1,
    SessionCancelledV1,
    SessionHeldV1,
    SessionMissedV1,
)
from contracts.training import (
    CommunityInputLoggedV1,
    ConfidenceRecordedV1,
    ConsultationLoggedV1,
    TrainingAttendanceRemovedV1,
    TrainingAttendedV1,
    TrainingSessionHeldV1,
)
from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx

LONDON = ZoneInfo("Europe/London")


class Tells(NamedTuple):
    """What of an event the report counts by. Small rows: a report of five years reads tens of thousands of them."""

    about: tuple[str, ...]
    """Fields that say what it is about; the first that is filled."""
    when: str
    """Field that says when it was."""
    facts: tuple[str, ...] = ()
    """Fields that are kept."""


_EQUITY = (
    "practice_ods_code",
    "nhs_number_status",
    "ethnic_category",
    "preferred_language",
    "interpreter_required",
    "imd_decile",
    "age_band",
)
_MEASURE = Tells(
    ("measure_id",), "completed_on", ("person_id", "instrument", "instrument_version", "scores", "complete")
)
_MEETING = ("appointment_id", "place_id", "group_session_id")

_TELLS: dict[str, Tells] = {
    PcnConfiguredV1.TYPE: Tells(("pcn_ods_code",), "configured_at", ("name", "practices")),
    PersonRegisteredV1.TYPE: Tells(("person_id",), "registered_at", _EQUITY),
    PersonDetailsChangedV1.TYPE: Tells(("person_id",), "changed_at", _EQUITY),
    ReferralReceivedV1.TYPE: Tells(
        ("referral_id",), "received_at", ("person_id", "source_of_referral", "self_referred", "received_at")
    ),
    ReferralAcceptedV1.TYPE: Tells(("referral_id",), "accepted_at", ("person_id", "care_strand", "accepted_at")),
    WaitStartedV1.TYPE: Tells(("spell_id",), "clock_started_at", ("clock_started_at", "due_on")),
    WaitAdvancedV1.TYPE: Tells(("spell_id",), "part_at", ("part", "due_on")),
    WaitStoppedV1.TYPE: Tells(("spell_id",), "clock_stopped_at", ("days", "why")),
    WaitRevisedV1.TYPE: Tells(("spell_id",), "revised_at", ("parts_met", "clock_stopped_at", "days", "why", "due_on")),
    WaitBreachedV1.TYPE: Tells(("spell_id",), "breached_at", ("due_on",)),
    MeasureRecordedV1.TYPE: _MEASURE,
    MeasureCorrectedV1.TYPE: _MEASURE,
    RiskFlaggedV1.TYPE: Tells(("measure_id",), "flagged_at"),
    SafeguardingConcernOpenedV1.TYPE: Tells(("concern_id",), "opened_on", ("person_id",)),
    SafeguardingConcernClosedV1.TYPE: Tells(("concern_id",), "closed_on", ("reason",)),
    MhaPeriodStartedV1.TYPE: Tells(("period_id",), "started_on", ("person_id", "counts_as")),
    MhaPeriodEndedV1.TYPE: Tells(("period_id",), "ended_on"),
    AppointmentBookedV1.TYPE: Tells(("appointment_id",), "starts_at"),
    AppointmentRescheduledV1.TYPE: Tells(("appointment_id",), "starts_at"),
    AppointmentCancelledV1.TYPE: Tells(("appointment_id",), "cancelled_at", ("appointment_id", "cancelled_by")),
    SessionAttendedV1.TYPE: Tells(_MEETING, "attended_at", ("appointment_id", "person_id")),
    SessionMissedV1.TYPE: Tells(_MEETING, "missed_at", ("appointment_id",)),
    SessionHeldV1.TYPE: Tells(("group_session_id",), "held_at", ("families", "participant_count", "drop_ins")),
    SessionCancelledV1.TYPE: Tells(("group_session_id",), "cancelled_at"),
    PlaceBookedV1.TYPE: Tells(("place_id",), "at"),
    PlaceWaitlistedV1.TYPE: Tells(("place_id",), "at"),
    PlacePromotedV1.TYPE: Tells(("place_id",), "at"),
    PlaceCancelledV1.TYPE: Tells(("place_id",), "at"),
    TrainingSessionHeldV1.TYPE: Tells(("training_session_id",), "held_at"),
    TrainingAttendedV1.TYPE: Tells(("training_session_id",), "attended_at", ("attendee_id", "practice_ods_code")),
    TrainingAttendanceRemovedV1.TYPE: Tells(("training_session_id",), "attended_at", ("attendee_id",)),
    ConfidenceRecordedV1.TYPE: Tells(
        ("training_session_id",), "recorded_at", ("attendee_id", "objective", "scale", "before", "after")
    ),
    ConsultationLoggedV1.TYPE: Tells(("consultation_id",), "held_on", ("duration_minutes", "outcome")),
    CommunityInputLoggedV1.TYPE: Tells(("input_id",), "held_on", ("kind", "people")),
}


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
    tells = _TELLS[recorded.event.TYPE]
    return EvidenceRow(
        event=f"{recorded.stream}/{recorded.version}",
        stream=recorded.stream,
        version=recorded.version,
        type=recorded.event.TYPE,
        subject=next(filter(None, (getattr(recorded.event, name) for name in tells.about)), recorded.stream),
        day=london_day(getattr(recorded.event, tells.when)),
        occurred_at=recorded.occurred_at,
        recorded_at=recorded.recorded_at,
        facts=recorded.event.model_dump(mode="json", exclude_none=True, include=set(tells.facts)),
    )


def london_day(when: datetime | date) -> date:
    return when.astimezone(LONDON).date() if isinstance(when, datetime) else when


EVIDENCE: ReadModel[EvidenceRow, PublicEvent] = ReadModel(
    name="portal.evidence",
    version=2,
    table="evidence",
    key="event",
    row=EvidenceRow,
    key_of=_key_of,
    evolve=_evolve,
)


class Evidence(NamedTuple):
    """One event as the report counts it: `EvidenceRow` without its key, and quick to make."""

    stream: str
    version: int
    type: str
    subject: str
    day: date
    occurred_at: datetime
    recorded_at: datetime
    facts: dict[str, Any]


_KNOWN = """
select stream, version, type, subject, day, occurred_at, recorded_at, facts
from evidence where tenant = $1 and type = any($2) and recorded_at <= $3
order by day, occurred_at, stream collate "C", version
"""


async def known_at(tx: Tx, tenant: TenantId, types: Iterable[str], as_at: datetime) -> Sequence[Sequence[Any]]:
    """The events of these types stored up to `as_at`, in the order in which they were true; each the fields of Evidence."""
    # Five years of them do not fit into what a sort gets by default. Their rows were validated when they were written.
    await tx.execute("set local work_mem = '64MB'")
    known: Sequence[Sequence[Any]] = await tx.fetch(_KNOWN, tenant, list(types), as_at)
    return known
