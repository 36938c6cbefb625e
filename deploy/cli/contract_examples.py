"""Examples of every public event, as the services make them: a fixed story, told by their own code."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contracts.event import PublicEvent
from contracts.referral import PersonDetailsChangedV1, PersonErasedV1
from deploy.cli.example_log import ExampleLog
from services.kit.cloud_events import Message, headers
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.outcomes import outgoing as outcomes_outgoing
from services.outcomes.domain import record
from services.outcomes.domain.events import STORED_NAMES as OUTCOMES_NAMES
from services.outcomes.domain.scoring import Orientation, Result, score
from services.outcomes.library import read_library
from services.referral import outgoing as referral_outgoing
from services.referral.domain import pcn, person, referral
from services.referral.domain.events import STORED_NAMES as REFERRAL_NAMES
from services.referral.domain.events import Practice

Example = dict[str, dict[str, Any]]

TENANT = TenantId.parse("U99001")
BEGAN = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PERSON = str(uuid5(NAMESPACE_URL, "perinatal/example/person"))
# What the story knows of the person and no example may show.
FULL_NAME, NHS_NUMBER, NOTE = "Example Person", "9434765919", "asks to be seen with her partner"
BIRTH_DATE = date(1994, 5, 17)
REFERRAL = str(uuid5(NAMESPACE_URL, "perinatal/example/referral"))


@cache
def examples() -> dict[str, Example]:
    """{ce_type: {"headers": {name: text}, "data": the value}}: the first event of each type in the story."""
    found: dict[str, Example] = {}
    for service, recorded, message in (*_sent(), *_announced()):
        found.setdefault(message.type, _example(service, recorded, message))
    return found


def _sent() -> Iterator[tuple[str, Recorded[Any], Message]]:
    """What the services' own translation makes of the story."""
    stories = ((_referral_story(), referral_outgoing.to_message), (_outcomes_story(), outcomes_outgoing.to_message))
    for log, to_message in stories:
        for recorded in log.recorded:
            message = to_message(recorded)
            if message is not None:
                yield log.service, recorded, message


def _announced() -> Iterator[tuple[str, Recorded[Any], Message]]:
    """Types that no service sends as yet, written by hand until the story can tell them."""
    at = BEGAN + timedelta(days=30)
    changed = PersonDetailsChangedV1(
        person_id=PERSON,
        practice_ods_code="Y99001",
        nhs_number_status="02",
        ethnic_category="K",
        preferred_language="en",
        interpreter_required=False,
        imd_decile=2,
        age_band="30-34",
        perinatal_stage="postnatal",
        changed_at=at,
    )
    log = _referral_story()
    for event in (changed, PersonErasedV1(person_id=PERSON, erased_at=at)):
        yield log.service, log.add(f"person-{PERSON}", event.TYPE, event, occurred_at=at, at=at), _message(event)


def _message(event: PublicEvent) -> Message:
    return Message(topic=event.TOPIC, type=event.TYPE, dataschema=event.dataschema(), data=event.data())


def _example(service: str, recorded: Recorded[Any], message: Message) -> Example:
    incarnation = uuid5(NAMESPACE_URL, f"perinatal/example/store/{service}")
    pairs = headers(recorded, message, source=f"uk.nhs.perinatal.{service}/{incarnation}")
    return {"headers": {name: value.decode() for name, value in pairs}, "data": json.loads(message.data)}


def _referral_story() -> ExampleLog:
    """A network is set up; a person registers, refers themselves, is triaged and accepted."""
    log = ExampleLog(service="referral", tenant=TENANT, names=REFERRAL_NAMES, published=referral_outgoing.PUBLISHED)
    log.decide(f"pcn-{TENANT}", pcn, _network(), at=BEGAN)
    log.decide(f"person-{PERSON}", person, _registration(), at=BEGAN + timedelta(days=1))
    stream = f"referral-{REFERRAL}"
    log.decide(stream, referral, _request(), at=BEGAN + timedelta(days=1, minutes=5))
    triage = referral.TriageReferral(referral_id=REFERRAL, clinical_response_priority="3", note=NOTE)
    log.decide(stream, referral, triage, at=BEGAN + timedelta(days=2))
    accept = referral.AcceptReferral(referral_id=REFERRAL, care_strand="parental_mental_health")
    log.decide(stream, referral, accept, at=BEGAN + timedelta(days=3))
    return log


def _outcomes_story() -> ExampleLog:
    """A questionnaire is recorded and raises a flag; one answer was entered wrongly and is corrected."""
    log = ExampleLog(service="outcomes", tenant=TENANT, names=OUTCOMES_NAMES, published=outcomes_outgoing.PUBLISHED)
    stream = record.stream_of(PERSON)
    enrol = record.EnrolPerson(person_id=PERSON, registered_at=BEGAN + timedelta(days=1))
    log.decide(stream, record, enrol, at=BEGAN + timedelta(days=1))
    filled = _filled()
    log.decide(stream, record, filled, at=BEGAN + timedelta(days=8))
    correct = record.CorrectMeasure(
        person_id=PERSON,
        measure_id=filled.measure_id,
        result=_scored(1, 1, 2, 1, 1, 2, 1, 1, 1, 1),
        orientation=Orientation.ORIENTED,
        reason_code="entry-error",
        note=NOTE,
    )
    log.decide(stream, record, correct, at=BEGAN + timedelta(days=9))
    return log


def _filled() -> record.RecordMeasure:
    return record.RecordMeasure(
        person_id=PERSON,
        result=_scored(1, 1, 2, 1, 1, 2, 0, 1, 1, 1),
        orientation=Orientation.ORIENTED,
        occasion=record.Occasion(
            completed_on=(BEGAN + timedelta(days=8)).date(), collection_point="baseline", gestation_weeks=24.0
        ),
    )


def _scored(*answers: int) -> Result:
    return score(read_library().instruments["epds"], answers)


def _network() -> pcn.ConfigurePcn:
    return pcn.ConfigurePcn(
        pcn_ods_code=TENANT,
        name="Example Primary Care Network",
        practices=(Practice(ods_code="Y99001", name="Example Surgery"),),
        care_strands=("universal", "parent_infant", "parental_mental_health", "wider_family"),
        waiting_threshold_days=28,
    )


def _registration() -> person.RegisterPerson:
    return person.RegisterPerson(
        person_id=PERSON,
        full_name=FULL_NAME,
        nhs_number=NHS_NUMBER,
        birth_date=BIRTH_DATE,
        practice_ods_code="Y99001",
        ethnic_category="K",
        preferred_language="bn",
        interpreter_required=True,
        imd_decile=2,
        perinatal_stage="antenatal",
    )


def _request() -> referral.ReceiveReferral:
    request = referral.ReferralRequest(
        person_id=PERSON,
        source_of_referral="B1",
        primary_reason="13",
        note=NOTE,
        received_at=BEGAN + timedelta(days=1),
    )
    return referral.ReceiveReferral(referral_id=REFERRAL, request=request, waiting_threshold_days=28)
