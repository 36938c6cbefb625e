"""Public events of the outcomes service: measures by their scores (never the answers), risk flags and goals.

Safeguarding concerns and Mental Health Act periods are public on the restricted topic only.
"""

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
FlagId = Annotated[Id, Field(description="Id of the flag.")]
GoalId = Annotated[Id, Field(description="Id of the goal. A goal that was changed is another goal.")]
ConcernId = Annotated[Id, Field(description="Id of the concern.")]
Level = Annotated[
    Code, Field(description="How far the concern has been taken, such as child-in-need. Open for readers.")
]
PeriodId = Annotated[Id, Field(description="Id of the period.")]


class OutcomesEvent(PublicEvent):
    """What all events of this file share: their topic."""

    TOPIC: ClassVar[str] = "perinatal.outcomes.events"


class RestrictedEvent(PublicEvent):
    """What the events for the few who may read them share: a topic of their own."""

    TOPIC: ClassVar[str] = "perinatal.outcomes.restricted"


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

    flag_id: FlagId
    measure_id: MeasureId
    person_id: PersonId
    instrument: Instrument
    item: int = Field(ge=1, description="Number of the item on the form, from 1.")
    flagged_at: Instant = Field(description="When the flag was raised.")


class RiskReviewedV1(OutcomesEvent):
    """A clinician looked at a risk flag and said what came of it. A flag is reviewed once and never taken back."""

    TYPE: ClassVar[str] = "perinatal-risk-reviewed-1"

    flag_id: FlagId
    person_id: PersonId
    outcome: Code = Field(description="What came of it, such as safety-plan-agreed. Open for readers.")
    reviewed_at: Instant = Field(description="When the flag was reviewed.")


class GoalSetV1(OutcomesEvent):
    """A person named a goal of their own. Its words stay in the outcomes service."""

    TYPE: ClassVar[str] = "perinatal-goal-set-1"

    goal_id: GoalId
    person_id: PersonId
    set_on: date = Field(description="Day the goal was agreed.")


class GoalRatedV1(OutcomesEvent):
    """A person said how far they have come towards a goal. Of two ratings of one day the one sent later counts."""

    TYPE: ClassVar[str] = "perinatal-goal-rated-1"

    goal_id: GoalId
    person_id: PersonId
    rating: int = Field(ge=0, le=10, description="0 not at all, 10 reached. Only ever compared within one goal.")
    rated_on: date = Field(description="Day of the rating.")


class SafeguardingConcernOpenedV1(RestrictedEvent):
    """Somebody is worried about the safety of a person or a child."""

    TYPE: ClassVar[str] = "perinatal-safeguarding-concern-opened-1"

    concern_id: ConcernId
    person_id: PersonId
    level: Level
    opened_on: date = Field(description="Day the concern was opened.")


class SafeguardingLevelChangedV1(RestrictedEvent):
    """A concern was taken further, or less far."""

    TYPE: ClassVar[str] = "perinatal-safeguarding-level-changed-1"

    concern_id: ConcernId
    person_id: PersonId
    level: Level
    changed_on: date = Field(description="Day from which the level holds.")


class SafeguardingConcernClosedV1(RestrictedEvent):
    """A concern was closed."""

    TYPE: ClassVar[str] = "perinatal-safeguarding-concern-closed-1"

    concern_id: ConcernId
    person_id: PersonId
    reason: Code = Field(description="Why it was closed, such as no-longer-at-risk. Open for readers.")
    closed_on: date = Field(description="Day the concern was closed.")


class MhaPeriodStartedV1(RestrictedEvent):
    """A period under one legal status of the Mental Health Act began. A person has at most one at a time."""

    TYPE: ClassVar[str] = "perinatal-mha-period-started-1"

    period_id: PeriodId
    person_id: PersonId
    legal_status: Code = Field(description="MHSDS LegalStatusCode, two digits. Open for readers.")
    counts_as: Code | None = Field(
        default=None,
        description="What the status counts as in NHS England's measures: detention, short-term-order or guardianship; "
        "null: none of them. Open for readers.",
    )
    started_on: date = Field(description="First day of the period.")


class MhaPeriodEndedV1(RestrictedEvent):
    """A period under a legal status of the Mental Health Act ended."""

    TYPE: ClassVar[str] = "perinatal-mha-period-ended-1"

    period_id: PeriodId
    person_id: PersonId
    ended_on: date = Field(description="Last day of the period. The next one may begin on it.")


PUBLISHED: tuple[type[PublicEvent], ...] = (
    MeasureRecordedV1,
    MeasureCorrectedV1,
    RiskFlaggedV1,
    RiskReviewedV1,
    GoalSetV1,
    GoalRatedV1,
    SafeguardingConcernOpenedV1,
    SafeguardingLevelChangedV1,
    SafeguardingConcernClosedV1,
    MhaPeriodStartedV1,
    MhaPeriodEndedV1,
)
