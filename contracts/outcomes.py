"""Public events of the outcomes service: measures by their scores (never the answers), and risk flags."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.event import PublicEvent
from contracts.fields import Code, Id, Instant

PersonId = Annotated[Id, Field(description="Pseudonymous id of the person.")]
MeasureId = Annotated[Id, Field(description="Id of the measure: one questionnaire, filled in once.")]
Instrument = Annotated[Code, Field(description="Code of the questionnaire, such as epds. Open for readers.")]
InstrumentVersion = Annotated[Code, Field(description="Version of the instrument's definition that gave the scores.")]
Scores = Annotated[
    dict[str, float | None],
    Field(description="Each score of the instrument by name; null: too few answers to give it. Open for readers."),
]
ItemsAnswered = Annotated[int, Field(ge=0, description="How many items have an answer.")]
Complete = Annotated[
    bool, Field(description="Whether no item was left open; a form's own “not applicable” counts as an answer.")
]
CollectionPoint = Annotated[
    Code | None, Field(description="baseline, review or end; null: not said. Open for readers.")
]
CompletedOn = Annotated[date, Field(description="Day the questionnaire was filled in.")]
GestationWeeks = Annotated[float | None, Field(ge=0, description="Weeks of pregnancy on that day.")]
InfantAgeWeeks = Annotated[int | None, Field(ge=0, description="Age of the infant on that day, in whole weeks.")]


class OutcomesEvent(PublicEvent):
    """What all events of this file share: their topic."""

    TOPIC: ClassVar[str] = "perinatal.outcomes.events"


class MeasureRecordedV1(OutcomesEvent):
    """A filled-in questionnaire was recorded and scored. The single answers stay in the outcomes service."""

    TYPE: ClassVar[str] = "perinatal-measure-recorded-1"

    measure_id: MeasureId
    person_id: PersonId
    instrument: Instrument
    instrument_version: InstrumentVersion
    scores: Scores
    items_answered: ItemsAnswered
    complete: Complete
    collection_point: CollectionPoint = None
    completed_on: CompletedOn
    gestation_weeks: GestationWeeks = None
    infant_age_weeks: InfantAgeWeeks = None
    recorded_at: Instant = Field(description="When it was recorded.")


class MeasureCorrectedV1(OutcomesEvent):
    """A recorded measure was wrong; this one takes its place. Holds the whole measure as it is from now on."""

    TYPE: ClassVar[str] = "perinatal-measure-corrected-1"

    measure_id: MeasureId
    person_id: PersonId
    instrument: Instrument
    instrument_version: InstrumentVersion
    scores: Scores
    items_answered: ItemsAnswered
    complete: Complete
    collection_point: CollectionPoint = None
    completed_on: CompletedOn
    gestation_weeks: GestationWeeks = None
    infant_age_weeks: InfantAgeWeeks = None
    recorded_at: Instant = Field(description="When the correction was recorded.")
    supersedes_version: int = Field(ge=1, description="`ce_sequence`, as a number, of the event this one replaces.")
    reason_code: Code = Field(description="Why it was corrected. Open for readers.")


class RiskFlaggedV1(OutcomesEvent):
    """An answer to a self-harm item calls for a clinician's eyes, whatever the total."""

    TYPE: ClassVar[str] = "perinatal-risk-flagged-1"

    flag_id: Id = Field(description="Id of the flag.")
    measure_id: MeasureId
    person_id: PersonId
    instrument: Instrument
    item: int = Field(ge=1, description="Number of the item on the form, from 1.")
    flagged_at: Instant = Field(description="When the flag was raised.")


PUBLISHED: tuple[type[PublicEvent], ...] = (MeasureRecordedV1, MeasureCorrectedV1, RiskFlaggedV1)
