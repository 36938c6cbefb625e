"""What happened to appointments, and in the diaries they take their time from. Part of events.py, whose rules hold here."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.kit.personal import Personal


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKnown:
    """A registered person may be booked from now on."""

    person_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased:
    """The person was erased: nothing new is arranged for them, and what is arranged can only be cancelled."""

    person_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A stretch of a clinician's day. Its id is made from the command that asked for it."""

    slot_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How a person and a clinician are to meet."""

    referral_id: str | None
    consultation_mechanism: str
    activity_location_type: str | None
    site_ods_code: str | None
    interpreter_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An appointment there already is goes to another time, at the wish of `rescheduled_by`."""

    rescheduled_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotClaimed:
    """A stretch of a clinician's day is taken for an appointment, in this event alone: the appointment follows from it.

    `command_id` is the caller's, under which the appointment's own event is stored; `purpose` is all that event needs.
    """

    clinician_id: str
    appointment_id: str
    person_id: str
    slot: Slot
    purpose: Arrangement | Move
    overridden: bool
    override_reason: Personal[str]
    command_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReleased:
    """The stretch is free again: its appointment was moved, cancelled, or did not come about."""

    clinician_id: str
    appointment_id: str
    slot_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentBooked:
    """A person and a clinician are to meet."""

    appointment_id: str
    person_id: str
    clinician_id: str
    slot: Slot
    arrangement: Arrangement
    overridden: bool
    override_reason: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentRescheduled:
    """The appointment was moved from one stretch of the clinician's time to another."""

    appointment_id: str
    person_id: str
    referral_id: str | None
    clinician_id: str
    slot: Slot
    previous: Slot
    rescheduled_by: str
    overridden: bool
    override_reason: Personal[str]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCancelled:
    """The appointment will not take place, or did not. `attendance_status` says by whom: 2 patient, 4 provider.

    In this and the next two: `supersedes_version` is the stream's version of the outcome this one replaces, and
    `correction_reason` says why; both None for the first outcome.
    """

    appointment_id: str
    person_id: str
    referral_id: str | None
    clinician_id: str
    slot: Slot
    cancelled_by: str
    attendance_status: str
    note: Personal[str]
    supersedes_version: int | None
    correction_reason: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentAttended:
    """The person was seen. It happened at the appointment's start, whenever it was put down."""

    appointment_id: str
    person_id: str
    referral_id: str | None
    attendance_status: str
    consultation_mechanism: str
    activities: tuple[str, ...]
    others_present: tuple[str, ...]
    interpreter_present: bool | None
    partner_assessment_offered: bool | None
    note: Personal[str]
    supersedes_version: int | None
    correction_reason: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentMissed:
    """The person was expected and not seen."""

    appointment_id: str
    person_id: str
    referral_id: str | None
    attendance_status: str
    note: Personal[str]
    supersedes_version: int | None
    correction_reason: str | None
    occurred_at: datetime


PersonEvent: TypeAlias = PersonKnown | PersonErased
DiaryEvent: TypeAlias = SlotClaimed | SlotReleased
Outcome: TypeAlias = AppointmentCancelled | AppointmentAttended | AppointmentMissed
AppointmentEvent: TypeAlias = AppointmentBooked | AppointmentRescheduled | Outcome
