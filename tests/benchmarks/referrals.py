"""A log of the referral service: people, what they were referred for, and the clocks of it."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid4, uuid5

from services.kit.appender import Appender
from services.kit.codec import Codec
from services.kit.event_store import EventStore
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.tenancy import TenantPool
from services.referral.domain.events import (
    STORED_NAMES,
    Event,
    ReferralAccepted,
    ReferralReceived,
    ReferralTriaged,
    WaitAdvanced,
    WaitStarted,
    WaitStopped,
)
from services.referral.domain.person_events import PersonRegistered
from services.referral.domain.waiting_rule import PARTS
from services.referral.main import SUBJECT
from tests.benchmarks.toy import NOW, tenant

PEOPLE = 20_000
_AT_ONCE = 200
_RULE = "benchmark"


async def fill(app: str, keyring: str) -> int:
    """How many events there are then. Both are DSNs."""
    pool = await TenantPool.open(app)
    keys = Keyring(await TenantPool.open(keyring), bytes(32))
    codec: Codec[Event] = Codec(STORED_NAMES, subject_field=SUBJECT)
    store = EventStore(pool, Appender(app), codec, Privacy(keys, subject_field=SUBJECT))
    try:
        counts = [
            await asyncio.gather(*(_person(store, number) for number in range(start, start + _AT_ONCE)))
            for start in range(0, PEOPLE, _AT_ONCE)
        ]
    finally:
        await store.close()
        await keys.close()
        await pool.close()
    return sum(map(sum, counts))


async def _person(store: EventStore[Event], number: int) -> int:
    person, referral = (str(uuid5(NAMESPACE_URL, f"{kind}-{number}")) for kind in ("person", "referral"))
    registered, told = [_registered(person, number)], list(_told(person, referral))
    await _append(store, number, f"person-{person}", registered)
    await _append(store, number, f"referral-{referral}", told)
    return len(registered) + len(told)


async def _append(store: EventStore[Event], number: int, stream: str, events: Sequence[Event]) -> None:
    await store.append(
        tenant(number),
        stream,
        expected=0,
        events=events,
        command_id=uuid4(),
        actor="benchmark",
        occurred_at=NOW,
    )


def _registered(person: str, number: int) -> PersonRegistered:
    return PersonRegistered(
        person_id=person,
        full_name=f"Person Number {number}",
        nhs_number=f"9{number:09}",
        birth_date=date(1990, 1, 1) + timedelta(days=number % 5_000),
        postcode="ZZ99 3VZ",
        telephone=None,
        email=None,
        external_reference=f"B-{number}",
        estimated_delivery_date=None,
        infant_birth_date=None,
        nhs_number_status="01",
        nhs_number_missing_reason=None,
        practice_ods_code="Y00001",
        ethnic_category="A",
        preferred_language="en",
        interpreter_required=False,
        imd_decile=number % 10 + 1,
        age_band="25-34",
        perinatal_stage="antenatal",
        occurred_at=NOW,
    )


def _told(person: str, referral: str) -> Iterator[Event]:
    """Nine events of one stream."""
    ids = {"person_id": person, "referral_id": referral}
    clock = {**ids, "spell_id": referral, "rule_version": _RULE}
    due = (NOW + timedelta(days=28)).date()
    yield ReferralReceived(
        **ids,
        source_of_referral="A1",
        self_referred=False,
        referring_org_ods_code="Y00001",
        referring_professional_type="midwife",
        primary_reason="05",
        note=None,
        occurred_at=NOW,
    )
    yield WaitStarted(**clock, due_on=due, occurred_at=NOW)
    yield ReferralTriaged(**ids, clinical_response_priority="3", note=None, occurred_at=NOW + timedelta(days=1))
    yield ReferralAccepted(**ids, care_strand="parental-mental-health", occurred_at=NOW + timedelta(days=2))
    for number, part in enumerate(PARTS, start=1):
        at = NOW + timedelta(days=2 + number)
        yield WaitAdvanced(**clock, part=part, missing_parts=PARTS[number:], due_on=due, occurred_at=at)
    yield WaitStopped(**clock, clock_started_at=NOW, why=PARTS[-1], days=6, occurred_at=NOW + timedelta(days=6))
