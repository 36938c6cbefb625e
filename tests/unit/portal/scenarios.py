"""Public facts in domain words, as the portal hears them, and rows as it keeps them. No id or number is anybody's."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contracts.event import PublicEvent
from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1, RiskFlaggedV1
from contracts.referral import (
    PcnConfiguredV1,
    PersonDetailsChangedV1,
    PersonErasedV1,
    PersonRegisteredV1,
    Practice,
    ReferralAcceptedV1,
    ReferralReceivedV1,
    ReferralTriagedV1,
    WaitStartedV1,
)
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.kit.testing import record
from services.portal.readmodels.evidence import Evidence
from services.portal.readmodels.measures import MeasureRow
from services.portal.readmodels.pcns import PcnRow
from services.portal.readmodels.people import PersonRow
from services.portal.readmodels.referrals import ReferralRow
from services.portal.readmodels.risk_flags import RiskFlagRow
from services.portal.readmodels.waits import WaitRow
from services.portal.report.figures import Reading
from services.portal.report.request import Request

PCN = TenantId("U99999")
RECEIVED = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TRIAGED = datetime(2026, 5, 5, 11, 0, tzinfo=UTC)
ACCEPTED = datetime(2026, 5, 6, 12, 0, tzinfo=UTC)
RECORDED = datetime(2026, 5, 20, 15, 0, tzinfo=UTC)
CORRECTED = datetime(2026, 5, 27, 8, 0, tzinfo=UTC)
DUE = date(2026, 6, 1)


def an_id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


PERSON, REFERRAL, MEASURE, FLAG = an_id("person"), an_id("referral"), an_id("measure"), an_id("flag")
GOAL, CONCERN, PERIOD = an_id("goal"), an_id("concern"), an_id("period")


def heard(
    event: PublicEvent, stream: str, version: int, *, tenant: TenantId = PCN, at: datetime = RECORDED
) -> Recorded[PublicEvent]:
    """A public event with its place in its stream, stored at `at`."""
    return record(event, stream=stream, version=version, tenant=tenant, at=at)


def configured(**changes: Any) -> PcnConfiguredV1:
    facts = {
        "pcn_ods_code": PCN,
        "name": "Northfield PCN",
        "practices": [Practice(ods_code="X00001", name="The Grove Surgery")],
        "care_strands": ["universal", "parent_infant", "parental_mental_health", "wider_family"],
        "waiting_threshold_days": 28,
        "configured_at": RECEIVED,
    }
    return PcnConfiguredV1(**(facts | changes))


def _equity() -> dict[str, Any]:
    return {
        "practice_ods_code": "X00001",
        "nhs_number_status": "02",
        "ethnic_category": "K",
        "preferred_language": "bn",
        "interpreter_required": True,
        "imd_decile": 2,
        "age_band": "25-29",
        "perinatal_stage": "postnatal",
    }


def registered(person_id: str = PERSON, **changes: Any) -> PersonRegisteredV1:
    return PersonRegisteredV1(**({"person_id": person_id, **_equity(), "registered_at": RECEIVED} | changes))


def details_changed(person_id: str = PERSON, **changes: Any) -> PersonDetailsChangedV1:
    return PersonDetailsChangedV1(**({"person_id": person_id, **_equity(), "changed_at": TRIAGED} | changes))


def erased(person_id: str = PERSON) -> PersonErasedV1:
    return PersonErasedV1(person_id=person_id, erased_at=CORRECTED)


def received(referral_id: str = REFERRAL, **changes: Any) -> ReferralReceivedV1:
    facts = {
        "referral_id": referral_id,
        "person_id": PERSON,
        "source_of_referral": "A4",
        "referring_professional_type": "midwife",
        "primary_reason": "13",
        "self_referred": False,
        "received_at": RECEIVED,
    }
    return ReferralReceivedV1(**(facts | changes))


def wait_started(referral_id: str = REFERRAL, **changes: Any) -> WaitStartedV1:
    facts = {
        "referral_id": referral_id,
        "person_id": PERSON,
        "spell_id": referral_id,
        "clock_started_at": RECEIVED,
        "due_on": DUE,
        "rule_version": "waiting-clock-1",
    }
    return WaitStartedV1(**(facts | changes))


def triaged(referral_id: str = REFERRAL, priority: str = "2", **changes: Any) -> ReferralTriagedV1:
    facts = {"person_id": PERSON, "clinical_response_priority": priority, "triaged_at": TRIAGED}
    return ReferralTriagedV1(referral_id=referral_id, **(facts | changes))


def accepted(referral_id: str = REFERRAL, strand: str = "parent_infant", **changes: Any) -> ReferralAcceptedV1:
    facts = {"person_id": PERSON, "care_strand": strand, "accepted_at": ACCEPTED}
    return ReferralAcceptedV1(referral_id=referral_id, **(facts | changes))


def _scored(scores: Mapping[str, float | None] | None, **changes: Any) -> dict[str, Any]:
    facts = {
        "measure_id": MEASURE,
        "person_id": PERSON,
        "instrument": "epds",
        "instrument_version": "1",
        "scores": {"total": 14.0} if scores is None else dict(scores),
        "items_answered": 10,
        "complete": True,
        "collection_point": "baseline",
        "completed_on": date(2026, 5, 19),
        "infant_age_weeks": 9,
        "recorded_at": RECORDED,
    }
    return facts | changes


def measured(scores: Mapping[str, float | None] | None = None, **changes: Any) -> MeasureRecordedV1:
    return MeasureRecordedV1(**_scored(scores, **changes))


def corrected(scores: Mapping[str, float | None], **changes: Any) -> MeasureCorrectedV1:
    facts = {"supersedes_version": 2, "reason_code": "entry-error", "recorded_at": CORRECTED}
    return MeasureCorrectedV1(**_scored(scores, **(facts | changes)))


def flagged(**changes: Any) -> RiskFlaggedV1:
    facts = {
        "flag_id": FLAG,
        "measure_id": MEASURE,
        "person_id": PERSON,
        "instrument": "epds",
        "item": 10,
        "flagged_at": RECORDED,
    }
    return RiskFlaggedV1(**(facts | changes))


def a_network(**changes: Any) -> PcnRow:
    event = configured()
    row = PcnRow(
        pcn_ods_code=PCN,
        name=event.name,
        practices=[practice.model_dump() for practice in event.practices],
        care_strands=event.care_strands,
        waiting_threshold_days=28,
        configured_at=RECEIVED,
    )
    return replace(row, **changes)


def a_person(**changes: Any) -> PersonRow:
    return replace(PersonRow(person_id=PERSON, **_equity(), known_since=RECEIVED), **changes)


def a_referral(**changes: Any) -> ReferralRow:
    """Received and nothing else."""
    row = ReferralRow(
        referral_id=REFERRAL,
        person_id=PERSON,
        status="received",
        source_of_referral="A4",
        referring_professional_type="midwife",
        primary_reason="13",
        self_referred=False,
        received_at=RECEIVED,
        received_recorded_at=RECORDED,
    )
    return replace(row, **changes)


def a_request(**changes: Any) -> Request:
    """The same as the report knows it, its clock running."""
    known = Request(
        referral_id=REFERRAL,
        person_id=PERSON,
        source_of_referral="A4",
        self_referred=False,
        received_at=RECEIVED,
        clock_started_at=RECEIVED,
        due_on=DUE,
    )
    return replace(known, **changes)


def a_wait(**changes: Any) -> WaitRow:
    """A clock that runs, nothing met."""
    row = WaitRow(
        spell_id=REFERRAL,
        referral_id=REFERRAL,
        person_id=PERSON,
        clock_started_at=RECEIVED,
        due_on=DUE,
    )
    return replace(row, **changes)


def a_measure(**changes: Any) -> MeasureRow:
    row = MeasureRow(
        measure_id=MEASURE,
        person_id=PERSON,
        instrument="epds",
        instrument_version="1",
        scores={"total": 14.0},
        items_answered=10,
        complete=True,
        collection_point="baseline",
        completed_on=date(2026, 5, 19),
        gestation_weeks=None,
        infant_age_weeks=9,
        recorded_at=RECORDED,
        reason_code=None,
        replaced=[],
    )
    return replace(row, **changes)


def a_flag(**changes: Any) -> RiskFlagRow:
    row = RiskFlagRow(
        flag_id=FLAG,
        person_id=PERSON,
        measure_id=MEASURE,
        instrument="epds",
        item=10,
        flagged_at=RECORDED,
        recorded_at=RECORDED,
    )
    return replace(row, **changes)


def a_reading(person: str, day: date, value: float | None, **changes: Any) -> Reading:
    """One EPDS of one person."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    measure_id = an_id(f"{person} {day}")
    fact = Evidence(
        stream=f"record-{person}",
        version=day.toordinal(),
        type=MeasureRecordedV1.TYPE,
        subject=measure_id,
        day=day,
        occurred_at=noon,
        recorded_at=noon,
        facts={},
    )
    reading = Reading(
        measure_id=measure_id,
        person_id=an_id(person),
        instrument="epds",
        instrument_version="1",
        scores={"total": value},
        completed_on=day,
        recorded_at=noon,
        fact=fact,
    )
    return reading._replace(**changes)
