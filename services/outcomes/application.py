"""The use cases: score first, then let the person's record decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.kit.command import CommandHandler
from services.kit.errors import DomainError, Kind
from services.kit.record import Answer as Stored
from services.kit.tenancy import TenantId
from services.outcomes.domain.events import RecordEvent
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.record import (
    CorrectMeasure,
    NotEnrolled,
    Occasion,
    OutcomeRecord,
    RecordCommand,
    RecordMeasure,
    stream_of,
)
from services.outcomes.domain.refusals import MeasureUnknown, PersonUnknown
from services.outcomes.domain.scoring import Answer, Orientation, score
from services.outcomes.library import Library

Records = CommandHandler[RecordCommand, OutcomeRecord, RecordEvent]


class InstrumentUnknown(DomainError):
    """There is no instrument with this code."""

    slug = "instrument-unknown"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledForm:
    """Answers as they were entered, one for each item in order."""

    items: Sequence[Answer]
    orientation: Orientation


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What takes a measure's place, and why. `note` is free text and stays in this service, sealed."""

    person_id: str
    measure_id: str
    filled: FilledForm
    reason: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """What can be asked of this service. Every method raises the refusals of its parts, Conflict and Busy."""

    handler: Records
    library: Library

    async def take(
        self,
        tenant: TenantId,
        command: RecordCommand,
        *,
        command_id: UUID,
        actor: str,
        causation_id: UUID | None = None,
    ) -> Stored:
        """Carry out a command made of another service's fact."""
        return await self.handler.handle(tenant, command, command_id=command_id, actor=actor, causation_id=causation_id)

    async def record_measure(
        self,
        tenant: TenantId,
        *,
        person_id: str,
        instrument: str,
        filled: FilledForm,
        occasion: Occasion,
        command_id: UUID,
        actor: str,
    ) -> tuple[str, Stored]:
        """Score a form and keep it; the measure's id and what became of the command."""
        self.library.codes.require("collection_point", occasion.collection_point, field="collection_point")
        result = score(self.instrument(instrument), filled.items, filled.orientation)
        command = RecordMeasure(person_id=person_id, result=result, orientation=filled.orientation, occasion=occasion)
        return command.measure_id, await self.handler.handle(tenant, command, command_id=command_id, actor=actor)

    async def correct_measure(
        self, tenant: TenantId, correction: Correction, *, command_id: UUID, actor: str
    ) -> Stored:
        """Score the right answers by the measure's own instrument and let them take its place."""
        self.library.codes.require("correction_reason", correction.reason, field="reason")
        instrument = await self._instrument_of(tenant, correction)
        command = CorrectMeasure(
            person_id=correction.person_id,
            measure_id=correction.measure_id,
            result=score(instrument, correction.filled.items, correction.filled.orientation),
            orientation=correction.filled.orientation,
            reason_code=correction.reason,
            note=correction.note,
        )
        return await self.handler.handle(tenant, command, command_id=command_id, actor=actor)

    def instrument(self, code: str) -> Instrument:
        """Raises InstrumentUnknown."""
        if code not in self.library.instruments:
            raise InstrumentUnknown(field="instrument")
        return self.library.instruments[code]

    async def _instrument_of(self, tenant: TenantId, correction: Correction) -> Instrument:
        state, _ = await self.handler.state(tenant, stream_of(correction.person_id))
        if isinstance(state, NotEnrolled):
            raise PersonUnknown(field="person_id")
        if correction.measure_id not in state.measures:
            raise MeasureUnknown(field="measure_id")
        return self.instrument(state.measures[correction.measure_id].form.instrument)
