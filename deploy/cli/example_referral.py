"""What the referral service says in the story of the examples: a network, a family, its referrals and its clock."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from deploy.cli.example_log import ExampleLog
from services.kit.tenancy import TenantId
from services.referral import outgoing
from services.referral.domain import pcn, person, referral
from services.referral.domain.commands import (
    AcceptReferral,
    CloseReferral,
    CountFacts,
    ReceiveReferral,
    RecordBreach,
    RedirectReferral,
    ReferralCommand,
    ReferralRequest,
    TriageReferral,
    WithdrawReferral,
)
from services.referral.domain.details import ChangePersonDetails
from services.referral.domain.events import STORED_NAMES, ContactNoted, Fact, MeasureNoted, Practice


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who the story is of. What no example may show of the person: full name, NHS number, birth date, note."""

    tenant: TenantId
    began: datetime
    person_id: str
    full_name: str
    nhs_number: str
    birth_date: date
    note: str

    def day(self, number: int, **more: int) -> datetime:
        return self.began + timedelta(days=number, **more)


def referral_story(cast: Cast) -> ExampleLog:
    """A network is set up; a person registers and refers themselves three times, each with another end.

    The baby is born, and much later they are erased.
    """
    log = ExampleLog(service="referral", tenant=cast.tenant, names=STORED_NAMES, published=outgoing.PUBLISHED)
    log.decide(f"pcn-{cast.tenant}", pcn, _network(cast), at=cast.began)
    log.decide(f"person-{cast.person_id}", person, _registration(cast), at=cast.day(1))
    _seen_late(log, cast)
    _ended_early(log, cast)
    log.decide(f"person-{cast.person_id}", person, _change(cast), at=cast.day(120))
    erase = person.ErasePerson(person_id=cast.person_id, reason="person_asked")
    log.decide(f"person-{cast.person_id}", person, erase, at=cast.day(400))
    return log


def _seen_late(log: ExampleLog, cast: Cast) -> None:
    """Seen and assessed in time, the rest after the day it was due; then an earlier contact is heard of."""
    one = _id("referral")
    contact, measure, plan = _facts(cast)
    earlier = replace(contact, contact_id=_id("visit"), occurred_at=cast.day(9), activities=())
    for day, command in (
        (1, _request(cast, "referral", cast.day(1))),
        (2, TriageReferral(referral_id=one, clinical_response_priority="3", note=cast.note)),
        (3, AcceptReferral(referral_id=one, care_strand="parental_mental_health")),
        (12, _counted(cast, one, contact)),
        (30, RecordBreach(referral_id=one, person_id=cast.person_id, facts=(contact,))),
        (32, _counted(cast, one, contact, measure)),
        (35, _counted(cast, one, contact, measure, plan)),
        (36, _counted(cast, one, contact, measure, plan, earlier)),
        (90, CloseReferral(referral_id=one, reason="work_completed", note=cast.note)),
    ):
        _decide(log, one, command, cast.day(day, minutes=5))


def _ended_early(log: ExampleLog, cast: Cast) -> None:
    """Two requests that come to no work here: one taken back, one better met elsewhere."""
    for name, day, end in (
        ("withdrawn", 100, WithdrawReferral(referral_id="", reason="no_longer_needed", withdrawn_by="family")),
        (
            "redirected",
            110,
            RedirectReferral(
                referral_id="", reason="more_specialist_care_needed", redirected_to="specialist_perinatal_team"
            ),
        ),
    ):
        _decide(log, _id(name), _request(cast, name, cast.day(day)), cast.day(day))
        _decide(log, _id(name), replace(end, referral_id=_id(name)), cast.day(day + 2))


def _decide(log: ExampleLog, referral_id: str, command: ReferralCommand, at: datetime) -> None:
    log.decide(f"referral-{referral_id}", referral, command, at=at)


def _id(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"perinatal/example/{name}"))


def _counted(cast: Cast, referral_id: str, *facts: Fact) -> CountFacts:
    return CountFacts(referral_id=referral_id, person_id=cast.person_id, facts=facts)


def _facts(cast: Cast) -> tuple[ContactNoted, MeasureNoted, ContactNoted]:
    contact = ContactNoted(
        person_id=cast.person_id,
        contact_id=_id("first appointment"),
        told=2,
        referral_id=_id("referral"),
        kind="appointment",
        attendance_status="5",
        consultation_mechanism="01",
        activities=("assessment",),
        occurred_at=cast.day(12),
    )
    plan = replace(contact, contact_id=_id("second appointment"), activities=("care_plan",), occurred_at=cast.day(34))
    measure = MeasureNoted(
        person_id=cast.person_id,
        measure_id=_id("measure"),
        told=2,
        collection_point="baseline",
        scored=True,
        completed_on=cast.day(31).date(),
        occurred_at=cast.day(32),
    )
    return contact, measure, plan


def _network(cast: Cast) -> pcn.ConfigurePcn:
    return pcn.ConfigurePcn(
        pcn_ods_code=cast.tenant,
        name="Example Primary Care Network",
        practices=(Practice(ods_code="Y99001", name="Example Surgery"),),
        care_strands=("universal", "parent_infant", "parental_mental_health", "wider_family"),
        waiting_threshold_days=28,
    )


def _registration(cast: Cast) -> person.RegisterPerson:
    return person.RegisterPerson(
        person_id=cast.person_id,
        full_name=cast.full_name,
        nhs_number=cast.nhs_number,
        birth_date=cast.birth_date,
        practice_ods_code="Y99001",
        ethnic_category="K",
        preferred_language="bn",
        interpreter_required=True,
        imd_decile=2,
        perinatal_stage="antenatal",
    )


def _change(cast: Cast) -> ChangePersonDetails:
    """The baby is born, and an interpreter is no longer needed."""
    return ChangePersonDetails(
        person_id=cast.person_id, perinatal_stage="postnatal", interpreter_required=False, access_note=cast.note
    )


def _request(cast: Cast, name: str, received_at: datetime) -> ReceiveReferral:
    request = ReferralRequest(
        person_id=cast.person_id,
        source_of_referral="B1",
        primary_reason="13",
        note=cast.note,
        received_at=received_at,
    )
    return ReceiveReferral(referral_id=_id(name), request=request, waiting_threshold_days=28)
