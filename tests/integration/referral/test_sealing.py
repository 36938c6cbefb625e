"""What a person tells us is nowhere in the log in clear, and nowhere at all once their key is gone."""

import asyncpg

from services.kit.keyring import Keyring
from services.kit.tenancy import TenantPool
from services.kit.testing import NOW
from services.referral.domain.events import PersonRegistered, ReferralReceived, ReferralTriaged
from services.referral.outgoing import to_message
from tests.databases import Database
from tests.integration.referral.conftest import A, Site

TOLD = {
    "full_name": "Marker Fullname",
    "nhs_number": "9434765919",
    "birth_date": "1991-11-13",
    "postcode": "ZZ99 9XY",
    "telephone": "01632 960777",
    "email": "marker@example.org",
    "external_reference": "MARKER-REFERENCE",
    "estimated_delivery_date": "2026-08-17",
    "infant_birth_date": "2025-01-19",
}
NOTES = {"referral": "Marker of the referral note.", "triage": "Marker of the triage note."}


async def a_marked_person(site: Site) -> tuple[str, str]:
    person_id = await site.register(**TOLD)
    referral_id = await site.refer(person_id, note=NOTES["referral"])
    await site.done(
        "POST",
        f"/pcns/{A}/referrals/{referral_id}/triage",
        {"clinical_response_priority": "2", "note": NOTES["triage"]},
    )
    return person_id, referral_id


async def test_nothing_personal_is_in_the_log_in_clear(site: Site) -> None:
    person_id, referral_id = await a_marked_person(site)
    administrator = await asyncpg.connect(site.database.admin)
    rows = await administrator.fetch("select events::text as line, encode(sealed, 'escape') as sealed from events")
    commands = await administrator.fetch("select commands::text as line from commands")
    await administrator.close()
    lines = [row["line"] for row in [*rows, *commands]] + [row["sealed"] or "" for row in rows]
    assert not [told for told in [*TOLD.values(), *NOTES.values()] for line in lines if told in line]
    [registered] = await site.events(f"person-{person_id}")
    assert isinstance(registered, PersonRegistered)
    assert {name: str(getattr(registered, name)) for name in TOLD} == TOLD
    [received, _, triaged] = await site.events(f"referral-{referral_id}")
    assert isinstance(received, ReferralReceived)
    assert isinstance(triaged, ReferralTriaged)
    assert (received.note, triaged.note) == (NOTES["referral"], NOTES["triage"])


async def test_nothing_personal_is_in_what_is_published(site: Site) -> None:
    messages = [to_message(recorded) for recorded in await site.store.read_after(0, 1_000)]
    published = b"\n".join(message.data for message in messages if message is not None).decode()
    assert "registered_at" in published
    assert not [told for told in [*TOLD.values(), *NOTES.values()] if told in published]


async def test_a_person_whose_key_is_destroyed_is_blank_and_the_coded_facts_stay(site: Site, keyring: Database) -> None:
    person_id = await site.register(full_name="Soon Forgotten", postcode="ZZ99 1AA")
    keys = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    await keys.destroy(A, person_id)
    await keys.close()
    [registered] = await site.events(f"person-{person_id}")
    assert isinstance(registered, PersonRegistered)
    assert (registered.ethnic_category, registered.occurred_at) == ("K", NOW)
