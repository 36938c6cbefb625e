"""One clinician's day: which stretches of it are taken. Here it is decided that nobody is in two places at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.scheduling.domain.appointment_events import Arrangement, DiaryEvent, Move, Slot, SlotClaimed, SlotReleased
from services.scheduling.domain.calendar import known_by, london_date, require_times


class ClinicianBusy(DomainError):
    """The clinician has another appointment at that time. Give a reason to book it all the same."""

    slug = "clinician-busy"
    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Diary:
    """The slots that are taken, by id."""

    slots: Mapping[str, SlotClaimed] = field(default_factory=dict)


def initial() -> Diary:
    return Diary()


def evolve(state: Diary, event: DiaryEvent) -> Diary:
    match event:
        case SlotClaimed(slot=slot):
            return Diary(slots={**state.slots, slot.slot_id: event})
        case SlotReleased(slot_id=slot_id):
            return Diary(slots={key: claim for key, claim in state.slots.items() if key != slot_id})
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSlot:
    """Take a stretch of the clinician's day for an appointment; `override_reason` even when it is taken already.

    `backdated`: it is entered long after it took place.
    """

    clinician_id: str
    appointment_id: str
    person_id: str
    slot: Slot
    purpose: Arrangement | Move
    override_reason: str | None
    command_id: str
    backdated: bool = False

    @property
    def stream(self) -> str:
        return stream_of(self.clinician_id, self.slot.starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSlot:
    """Give a stretch of the day back."""

    clinician_id: str
    slot: Slot

    @property
    def stream(self) -> str:
        return stream_of(self.clinician_id, self.slot.starts_at)


DiaryCommand: TypeAlias = ClaimSlot | ReleaseSlot


def stream_of(clinician_id: str, starts_at: datetime) -> str:
    """A clinician's day in England; no appointment goes past midnight, so a day can be judged alone."""
    return f"diary-{clinician_id}-{london_date(starts_at).isoformat()}"


def decide(command: DiaryCommand, state: Diary, *, now: datetime) -> list[DiaryEvent]:
    """Raises the refusals of `claim`."""
    match command:
        case ClaimSlot():
            return claim(command, state, now)
        case ReleaseSlot():
            return release(command, state, now)
        case _ as never:
            assert_never(never)


def claim(command: ClaimSlot, state: Diary, now: datetime) -> list[DiaryEvent]:
    """An appointment is not in the way of itself. A reason that was not needed is not kept.

    Raises EndsBeforeStart, CrossesMidnight, StartsInPast, StartsTooFarAhead, ClinicianBusy.
    """
    slot = command.slot
    require_times(slot.starts_at, slot.ends_at, now=now, backdated=command.backdated)
    taken = any(
        _overlap(other.slot, slot) and other.appointment_id != command.appointment_id for other in state.slots.values()
    )
    if taken and command.override_reason is None:
        raise ClinicianBusy(field="starts_at")
    claimed = SlotClaimed(
        clinician_id=command.clinician_id,
        appointment_id=command.appointment_id,
        person_id=command.person_id,
        slot=slot,
        purpose=command.purpose,
        overridden=taken,
        override_reason=command.override_reason if taken else None,
        command_id=command.command_id,
        occurred_at=known_by(now, slot.starts_at),
    )
    return [claimed]


def release(command: ReleaseSlot, state: Diary, now: datetime) -> list[DiaryEvent]:
    """Once."""
    claimed = state.slots.get(command.slot.slot_id)
    if claimed is None:
        return []
    released = SlotReleased(
        clinician_id=command.clinician_id,
        appointment_id=claimed.appointment_id,
        slot_id=command.slot.slot_id,
        occurred_at=now,
    )
    return [released]


def _overlap(a: Slot, b: Slot) -> bool:
    return a.starts_at < b.ends_at and b.starts_at < a.ends_at
