"""Our facts as public facts. The only file that knows both languages.

Each public class names its topic. A stream's public facts all go to one topic, so a reader of it sees the stream whole:
`record-…` to the events, `restricted-…` to the restricted topic.
"""

from typing import Any, assert_never

from contracts.event import PublicEvent
from contracts.outcomes import (
    GoalRatedV1,
    GoalSetV1,
    MeasureCorrectedV1,
    MeasureRecordedV1,
    MhaPeriodEndedV1,
    MhaPeriodStartedV1,
    RiskFlaggedV1,
    RiskReviewedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
    SafeguardingLevelChangedV1,
)
from services.kit.cloud_events import Message
from services.kit.record import Recorded
from services.outcomes.domain.events import (
    STORED_NAMES,
    EpisodeClosed,
    EpisodeOpened,
    Event,
    GoalRated,
    GoalSet,
    MeasureCorrected,
    MeasureRecorded,
    MhaPeriodEnded,
    MhaPeriodStarted,
    PersonEnrolled,
    PersonErased,
    RestrictedEvent,
    RiskFlagged,
    RiskReviewed,
    SafeguardingConcernClosed,
    SafeguardingConcernOpened,
    SafeguardingLevelChanged,
)

_PRIVATE = (PersonEnrolled, PersonErased, EpisodeOpened, EpisodeClosed)
PUBLISHED = tuple(name for name, event in STORED_NAMES.items() if event not in _PRIVATE)
"""The stored names `translate` gives a public fact for."""

SENT_TO = (MeasureRecordedV1.TOPIC, MhaPeriodStartedV1.TOPIC)
"""The topics they go to."""


def to_message(recorded: Recorded[Event]) -> Message | None:
    """The stored event as the relay sends it; None when it stays private."""
    public = translate(recorded.event)
    if public is None:
        return None
    return Message(topic=public.TOPIC, type=public.TYPE, dataschema=public.dataschema(), data=public.data())


def translate(event: Event) -> PublicEvent | None:
    """The public form of a fact: scores leave this service, single answers, words and notes never do."""
    match event:
        case PersonEnrolled() | PersonErased() | EpisodeOpened() | EpisodeClosed():
            return None  # our own notes of what the referral service already published
        case MeasureRecorded():
            return MeasureRecordedV1(**_measured(event))
        case MeasureCorrected():
            return _measure_corrected(event)
        case RiskFlagged():
            return _risk_flagged(event)
        case RiskReviewed():
            return _risk_reviewed(event)
        case GoalSet():
            return GoalSetV1(goal_id=event.goal_id, person_id=event.person_id, set_on=event.set_on)
        case GoalRated():
            return _goal_rated(event)
        case _:
            return _restricted(event)


def _restricted(event: RestrictedEvent) -> PublicEvent:
    match event:
        case SafeguardingConcernOpened():
            return _concern_opened(event)
        case SafeguardingLevelChanged():
            return _level_changed(event)
        case SafeguardingConcernClosed():
            return _concern_closed(event)
        case MhaPeriodStarted():
            return _period_started(event)
        case MhaPeriodEnded():
            return MhaPeriodEndedV1(period_id=event.period_id, person_id=event.person_id, ended_on=event.ended_on)
        case _ as never:
            assert_never(never)


def _measured(event: MeasureRecorded | MeasureCorrected) -> dict[str, Any]:
    form = event.form
    return {
        "measure_id": event.measure_id,
        "person_id": event.person_id,
        "instrument": form.instrument,
        "instrument_version": form.instrument_version,
        "scores": form.scores,
        "items_answered": form.items_answered,
        "complete": form.complete,
        "collection_point": form.collection_point,
        "completed_on": form.completed_on,
        "gestation_weeks": form.gestation_weeks,
        "infant_age_weeks": form.infant_age_weeks,
        "recorded_at": event.occurred_at,
    }


def _measure_corrected(event: MeasureCorrected) -> MeasureCorrectedV1:
    return MeasureCorrectedV1(
        **_measured(event), supersedes_version=event.supersedes_version, reason_code=event.reason_code
    )


def _risk_flagged(event: RiskFlagged) -> RiskFlaggedV1:
    return RiskFlaggedV1(
        flag_id=event.flag_id,
        measure_id=event.measure_id,
        person_id=event.person_id,
        instrument=event.instrument,
        item=event.item,
        flagged_at=event.occurred_at,
    )


def _risk_reviewed(event: RiskReviewed) -> RiskReviewedV1:
    return RiskReviewedV1(
        flag_id=event.flag_id, person_id=event.person_id, outcome=event.outcome, reviewed_at=event.occurred_at
    )


def _goal_rated(event: GoalRated) -> GoalRatedV1:
    return GoalRatedV1(goal_id=event.goal_id, person_id=event.person_id, rating=event.rating, rated_on=event.rated_on)


def _concern_opened(event: SafeguardingConcernOpened) -> SafeguardingConcernOpenedV1:
    return SafeguardingConcernOpenedV1(
        concern_id=event.concern_id, person_id=event.person_id, level=event.level, opened_on=event.opened_on
    )


def _level_changed(event: SafeguardingLevelChanged) -> SafeguardingLevelChangedV1:
    return SafeguardingLevelChangedV1(
        concern_id=event.concern_id, person_id=event.person_id, level=event.level, changed_on=event.changed_on
    )


def _concern_closed(event: SafeguardingConcernClosed) -> SafeguardingConcernClosedV1:
    return SafeguardingConcernClosedV1(
        concern_id=event.concern_id, person_id=event.person_id, reason=event.reason, closed_on=event.closed_on
    )


def _period_started(event: MhaPeriodStarted) -> MhaPeriodStartedV1:
    return MhaPeriodStartedV1(
        period_id=event.period_id,
        person_id=event.person_id,
        legal_status=event.legal_status,
        counts_as=event.counts_as,
        started_on=event.started_on,
    )
