"""The use cases: score and look codes up first, then let the person's record decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import ModuleType
from typing import Any
from uuid import UUID, uuid5

from services.kit.command import CommandHandler
from services.kit.errors import DomainError, Kind
from services.kit.event_store import EventStore
from services.kit.record import Answer as Stored
from services.kit.tenancy import TenantId
from services.outcomes.domain import record, restricted
from services.outcomes.domain.concerns import ChangeLevel, CloseConcern, OpenConcern
from services.outcomes.domain.events import (
    Event,
    GoalSet,
    MeasureCorrected,
    RecordEvent,
    RestrictedEvent,
    RiskReviewed,
    SafeguardingConcernOpened,
)
from services.outcomes.domain.flags import ReviewRisk
from services.outcomes.domain.goals import RateGoal, SetGoal
from services.outcomes.domain.instrument import Instrument
from services.outcomes.domain.measures import CorrectMeasure, Occasion, RecordMeasure
from services.outcomes.domain.periods import EndPeriod, StartPeriod
from services.outcomes.domain.record import FactCommand, ForgetPerson, OutcomeRecord, RecordCommand
from services.outcomes.domain.refusals import MeasureUnknown
from services.outcomes.domain.restricted import RestrictedCommand, RestrictedRecord
from services.outcomes.domain.scoring import Answer, Orientation, score
from services.outcomes.library import Library

Records = CommandHandler[RecordCommand, OutcomeRecord, RecordEvent]
RestrictedRecords = CommandHandler[RestrictedCommand, RestrictedRecord, RestrictedEvent]


def goal_id_for(command_id: UUID) -> str:
    """The id of the goal a command sets: a command sent again speaks of the same goal."""
    return str(uuid5(command_id, "goal"))


def concern_id_for(command_id: UUID) -> str:
    """The id of the safeguarding concern a command opens."""
    return str(uuid5(command_id, "safeguarding-concern"))


def period_id_for(command_id: UUID) -> str:
    """The id of the Mental Health Act period a command starts."""
    return str(uuid5(command_id, "mha-period"))


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
    """What can be asked of this service. Every method raises the refusals of its parts, and Busy."""

    store: EventStore[Event]
    records: Records
    restricted: RestrictedRecords
    library: Library

    async def take(
        self,
        tenant: TenantId,
        command: FactCommand,
        *,
        command_id: UUID,
        actor: str,
        causation_id: UUID | None = None,
    ) -> Stored:
        """Carry out a command made of another service's fact. Who was erased leaves the memory of this process too."""
        if isinstance(command, ForgetPerson):
            self.store.forget(tenant, command.person_id)
        return await self.records.handle(tenant, command, command_id=command_id, actor=actor, causation_id=causation_id)

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
        return command.measure_id, await self.records.handle(tenant, command, command_id=command_id, actor=actor)

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
        return await self.records.handle(tenant, command, command_id=command_id, actor=actor)

    async def review_risk(self, tenant: TenantId, command: ReviewRisk, *, command_id: UUID, actor: str) -> Stored:
        """Note what came of a risk flag."""
        self.library.codes.require("risk_review_outcome", command.outcome, field="outcome")
        return await self.records.handle(tenant, command, command_id=command_id, actor=actor)

    async def follow_goal(
        self, tenant: TenantId, command: SetGoal | RateGoal, *, command_id: UUID, actor: str
    ) -> Stored:
        """Set or rate a goal."""
        return await self.records.handle(tenant, command, command_id=command_id, actor=actor)

    async def keep_concern(
        self, tenant: TenantId, command: OpenConcern | ChangeLevel | CloseConcern, *, command_id: UUID, actor: str
    ) -> Stored:
        """Open a safeguarding concern, change its level or close it."""
        if isinstance(command, CloseConcern):
            self.library.codes.require("concern_closing_reason", command.reason, field="reason")
        else:
            self.library.codes.require("safeguarding_level", command.level, field="level")
        return await self._restrict(tenant, command, command_id=command_id, actor=actor)

    async def start_mha_period(
        self,
        tenant: TenantId,
        *,
        person_id: str,
        legal_status: str,
        started_on: date,
        command_id: UUID,
        actor: str,
    ) -> Stored:
        """Note that a legal status of the Mental Health Act holds, and what it counts as."""
        self.library.codes.require("legal_status", legal_status, field="legal_status")
        command = StartPeriod(
            person_id=person_id,
            period_id=period_id_for(command_id),
            legal_status=legal_status,
            counts_as=self.library.legal_classes.get(legal_status),
            started_on=started_on,
        )
        return await self._restrict(tenant, command, command_id=command_id, actor=actor)

    async def end_mha_period(self, tenant: TenantId, command: EndPeriod, *, command_id: UUID, actor: str) -> Stored:
        """Note that a legal status of the Mental Health Act no longer holds."""
        return await self._restrict(tenant, command, command_id=command_id, actor=actor)

    async def require_not_erased(self, tenant: TenantId, person_id: str) -> None:
        """Raises Erased: nothing about an erased person is read any more, not even what is not sealed."""
        state, _ = await self.records.state(tenant, record.stream_of(person_id))
        record.require_not_erased(state)

    async def words(self, tenant: TenantId, stream: str) -> dict[str, str]:
        """What was written about each goal, flag, correction and concern of a stream, by its id; without what was erased.

        Words are opened here, one stream at a time: no read model holds any.
        """
        written = [_words_of(recorded.event) for recorded in await self.store.load(tenant, stream)]
        return {subject: text for subject, text in written if text is not None}

    async def _restrict(self, tenant: TenantId, command: RestrictedCommand, *, command_id: UUID, actor: str) -> Stored:
        state, _ = await self.records.state(tenant, record.stream_of(command.person_id))
        record.enrolled(state)
        return await self.restricted.handle(tenant, command, command_id=command_id, actor=actor)

    def instrument(self, code: str) -> Instrument:
        """Raises InstrumentUnknown."""
        if code not in self.library.instruments:
            raise InstrumentUnknown(field="instrument")
        return self.library.instruments[code]

    async def _instrument_of(self, tenant: TenantId, correction: Correction) -> Instrument:
        state, _ = await self.records.state(tenant, record.stream_of(correction.person_id))
        measures = record.enrolled(state).measures
        if correction.measure_id not in measures:
            raise MeasureUnknown(field="measure_id")
        return self.instrument(measures[correction.measure_id].form.instrument)


def build_outcomes(store: EventStore[Event], library: Library, clock: Callable[[], datetime]) -> Outcomes:
    """One command handler an aggregate, both over one store."""

    def handler(domain: ModuleType, **more: Any) -> CommandHandler[Any, Any, Any]:
        return CommandHandler(
            store=store,
            decide=domain.decide,
            evolve=domain.evolve,
            initial=domain.initial,
            stream_of=lambda command: domain.stream_of(command.person_id),
            clock=clock,
            **more,
        )

    records = handler(record, pass_over=record.pass_over)
    return Outcomes(store=store, records=records, restricted=handler(restricted), library=library)


def _words_of(event: Event) -> tuple[str, str | None]:
    match event:
        case GoalSet():
            return event.goal_id, event.wording
        case RiskReviewed():
            return event.flag_id, event.note
        case MeasureCorrected():
            return event.measure_id, event.note
        case SafeguardingConcernOpened():
            return event.concern_id, event.note
        case _:
            return "", None
