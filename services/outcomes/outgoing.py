"""Our facts as public facts. The only file that knows both languages."""

from typing import assert_never

from contracts.event import PublicEvent
from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1, RiskFlaggedV1
from services.kit.cloud_events import Message
from services.kit.record import Recorded
from services.outcomes.domain.events import (
    EpisodeOpened,
    MeasureCorrected,
    MeasureRecorded,
    PersonEnrolled,
    RecordEvent,
    RiskFlagged,
)

PUBLISHED = ("measure-recorded.v1", "measure-corrected.v1", "risk-flagged.v1")
"""The stored names `translate` gives a public fact for."""


def to_message(recorded: Recorded[RecordEvent]) -> Message | None:
    """The stored event as the relay sends it; None when it stays private."""
    public = translate(recorded.event)
    if public is None:
        return None
    return Message(topic=public.TOPIC, type=public.TYPE, dataschema=public.dataschema(), data=public.data())


def translate(event: RecordEvent) -> PublicEvent | None:
    """The public form of a fact: scores leave this service, single answers and notes never do."""
    match event:
        case PersonEnrolled():
            return None  # our own note of what the referral service already published
        case EpisodeOpened():
            return None  # the same
        case MeasureRecorded():
            return _measure_recorded(event)
        case MeasureCorrected():
            return _measure_corrected(event)
        case RiskFlagged():
            return _risk_flagged(event)
        case _ as never:
            assert_never(never)


def _measure_recorded(event: MeasureRecorded) -> MeasureRecordedV1:
    form = event.form
    return MeasureRecordedV1(
        measure_id=event.measure_id,
        person_id=event.person_id,
        instrument=form.instrument,
        instrument_version=form.instrument_version,
        scores=form.scores,
        items_answered=form.items_answered,
        complete=form.complete,
        collection_point=form.collection_point,
        completed_on=form.completed_on,
        gestation_weeks=form.gestation_weeks,
        infant_age_weeks=form.infant_age_weeks,
        recorded_at=event.occurred_at,
    )


def _measure_corrected(event: MeasureCorrected) -> MeasureCorrectedV1:
    form = event.form
    return MeasureCorrectedV1(
        measure_id=event.measure_id,
        person_id=event.person_id,
        instrument=form.instrument,
        instrument_version=form.instrument_version,
        scores=form.scores,
        items_answered=form.items_answered,
        complete=form.complete,
        collection_point=form.collection_point,
        completed_on=form.completed_on,
        gestation_weeks=form.gestation_weeks,
        infant_age_weeks=form.infant_age_weeks,
        recorded_at=event.occurred_at,
        supersedes_version=event.supersedes_version,
        reason_code=event.reason_code,
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
