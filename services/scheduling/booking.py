"""An appointment takes two streams: a slot in a clinician's diary first, then the appointment itself.

The claim of the slot decides. The appointment's event follows from the claim under the caller's own command id, whoever stores
it: the request, the same request sent again, or the keeper (keeping.py) after a crash between the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from services.kit.command import CommandHandler
from services.kit.errors import Conflict, DomainError
from services.kit.record import Answer
from services.kit.systemic import is_systemic
from services.kit.tenancy import TenantId
from services.scheduling.domain import appointment
from services.scheduling.domain.appointment import (
    Appointment,
    AppointmentCommand,
    BookAppointment,
    RescheduleAppointment,
)
from services.scheduling.domain.appointment_events import (
    AppointmentEvent,
    Arrangement,
    DiaryEvent,
    Move,
    Slot,
    SlotClaimed,
)
from services.scheduling.domain.diary import ClaimSlot, Diary, DiaryCommand, ReleaseSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Every step may be done again, by anybody, with the same effect: the ids of its commands are made from the caller's."""

    diaries: CommandHandler[DiaryCommand, Diary, DiaryEvent]
    appointments: CommandHandler[AppointmentCommand, Appointment, AppointmentEvent]

    async def claim_and_follow(self, tenant: TenantId, claim: ClaimSlot, *, actor: str) -> Answer:
        """Raises as `diary.claim` and as `follow`."""
        await self.claim(tenant, claim, actor=actor)
        return await self.follow(tenant, claim.stream, claim.slot.slot_id, actor=actor)

    async def claim(self, tenant: TenantId, claim: ClaimSlot, *, actor: str) -> None:
        """Take the slot, once. Raises as `diary.claim`."""
        claim_id = uuid5(UUID(claim.command_id), "claim")
        await self.diaries.handle(tenant, claim, command_id=claim_id, actor=actor)

    async def follow(self, tenant: TenantId, stream: str, slot_id: str, *, actor: str) -> Answer:
        """Store what a claim was made for, once. Raises Conflict when it was given back, and as `_follow`."""
        state, _ = await self.diaries.state(tenant, stream)
        if slot_id not in state.slots:
            raise Conflict
        return await self._follow(tenant, state.slots[slot_id], actor)

    async def complete(self, tenant: TenantId, stream: str, slot_id: str, *, actor: str) -> None:
        """Finish what a claim began, whoever began it: afterwards its appointment stands in the slot, or it is given back."""
        state, _ = await self.diaries.state(tenant, stream)
        claimed = state.slots.get(slot_id)
        if claimed is None:
            return
        try:
            await self._follow(tenant, claimed, actor)
        except DomainError as refusal:
            if is_systemic(refusal):
                raise
            return
        await self.keep(tenant, claimed.clinician_id, claimed.appointment_id, [claimed.slot], actor=actor)

    async def keep(
        self, tenant: TenantId, clinician_id: str, appointment_id: str, slots: Iterable[Slot], *, actor: str
    ) -> None:
        """Of these slots of one appointment, give back those it does not stand in."""
        state, _ = await self.appointments.state(tenant, appointment.stream_of(appointment_id))
        stands_in = None if isinstance(state, appointment.NotBooked | appointment.Cancelled) else state.slot.slot_id
        for slot in slots:
            if slot.slot_id != stands_in:
                await self.release(tenant, clinician_id, slot, actor=actor)

    async def release(self, tenant: TenantId, clinician_id: str, slot: Slot, *, actor: str) -> None:
        """Give a slot back, once."""
        command = ReleaseSlot(clinician_id=clinician_id, slot=slot)
        await self.diaries.handle(tenant, command, command_id=uuid5(UUID(slot.slot_id), "release"), actor=actor)

    async def _follow(self, tenant: TenantId, claimed: SlotClaimed, actor: str) -> Answer:
        """A claim nothing can come of is given back, and the refusal raised."""
        command = _what_follows(claimed)
        try:
            return await self.appointments.handle(tenant, command, command_id=UUID(claimed.command_id), actor=actor)
        except DomainError as refusal:
            if not is_systemic(refusal):
                await self.release(tenant, claimed.clinician_id, claimed.slot, actor=actor)
            raise


def _what_follows(claimed: SlotClaimed) -> BookAppointment | RescheduleAppointment:
    match claimed.purpose:
        case Arrangement() as arrangement:
            return BookAppointment(claimed=claimed, arrangement=arrangement)
        case Move() as move:
            return RescheduleAppointment(claimed=claimed, move=move)
