"""Somebody is erased: what is refused, what is gone, what stays; and whatever breaks on the way, it is done in the end."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.kit.keyring import Keyring
from services.kit.rebuild.log import Log
from services.kit.testing import eventually
from services.kit.wakeup import Wakeup
from services.kit.watchdog import Progress
from services.referral.application import person_stream, referral_stream
from services.referral.domain.events import ReferralClosed, ReferralReceived
from services.referral.domain.person_events import PersonErased, PersonRegistered
from services.referral.erasing import Eraser
from services.referral.migrate import MIGRATIONS
from services.referral.projections.identities import IDENTITIES
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.kit.accounts import left_over, project, rebuilding, rows_of
from tests.integration.referral.conftest import PERSON, UNTRACED, A, B, Site, open_site
from tests.integration.sites import problem
from tests.support import Issuer

NUMBER = "9434765919"
MARKER = "Zuleika"
ASKED = {"reason": "person_asked"}
DETAILS = {
    "full_name": f"{MARKER} Testcase",
    "birth_date": "1994-02-03",
    "postcode": "ZZ99 3WZ",
    "telephone": "01632 960001",
    "email": f"{MARKER}@example.org",
    "external_reference": f"{MARKER}-17",
}


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    async for opened in open_site(await new_database(MIGRATIONS), keyring, issuer, "project"):
        yield opened


@pytest.fixture(scope="module")
async def asleep(new_database: MakeDatabase, keyring: Database, issuer: Issuer) -> AsyncIterator[Site]:
    """A service whose workers were killed: it only answers requests."""
    database = await new_database(MIGRATIONS)
    async for _ in open_site(database, keyring, issuer, "project"):
        continue
    async for opened in open_site(database, keyring, issuer, configured=False):
        yield opened


async def register(site: Site, number: str | None = None) -> str:
    told = {**PERSON, **DETAILS, **({"nhs_number": number} if number else UNTRACED)}
    return str((await site.done("POST", f"/pcns/{A}/people", told))["id"])


async def refer(site: Site, person_id: str) -> str:
    body = {
        "person_id": person_id,
        "source_of_referral": "A4",
        "primary_reason": "13",
        "note": f"{MARKER} is low.",
        "received_at": "2026-05-31T14:30:00Z",
    }
    return str((await site.done("POST", f"/pcns/{A}/referrals", body))["id"])


async def erase(site: Site, person_id: str, **options: Any) -> dict[str, Any]:
    return await site.done("POST", f"/pcns/{A}/people/{person_id}/erase", ASKED, role="coordinator", **options)


async def key_of(keyring: Database, person_id: str) -> bytes | None:
    connection = await asyncpg.connect(keyring.admin)
    try:
        wrapped: bytes | None = await connection.fetchval(
            "select wrapped from subject_keys where subject = $1", person_id
        )
    finally:
        await connection.close()
    return wrapped


async def gone(site: Site, keyring: Database, person_id: str) -> None:
    async def done() -> bool:
        return await key_of(keyring, person_id) is None

    await eventually(done, what="the key being destroyed")
    await site.caught_up(await site.store.head())


def eraser(site: Site) -> Eraser:
    return Eraser(
        application=site.application,
        pool=site.pool,
        wakeup=Wakeup(site.database.app),
        progress=Progress("erasing"),
    )


def log_of(site: Site) -> Log:
    """Its log as a rebuild reads it."""
    return Log(site.store._codec, site.store._privacy)


async def test_the_key_is_destroyed_and_nothing_personal_is_left(site: Site, keyring: Database) -> None:
    person_id = await register(site)
    referral_id = await refer(site, person_id)
    assert await key_of(keyring, person_id) is not None
    answer = await erase(site, person_id)
    assert (answer["stream"], answer["duplicate"]) == (person_stream(person_id), False)
    await gone(site, keyring, person_id)
    registered, erased = await site.events(person_stream(person_id))
    assert isinstance(registered, PersonRegistered)
    assert (registered.full_name, registered.postcode, registered.ethnic_category) == (None, None, "K")
    assert isinstance(erased, PersonErased)
    received = (await site.events(referral_stream(referral_id)))[0]
    assert isinstance(received, ReferralReceived)
    assert received.note is None
    assert await rows_with(site, MARKER) == []


async def test_an_open_referral_is_closed_and_an_ended_one_is_left_as_it_is(site: Site, keyring: Database) -> None:
    person_id = await register(site)
    still_open, ended = await refer(site, person_id), await refer(site, person_id)
    withdrawal = {"reason": "no_longer_needed", "withdrawn_by": "family"}
    await site.done("POST", f"/pcns/{A}/referrals/{ended}/withdraw", withdrawal)
    await erase(site, person_id)
    await gone(site, keyring, person_id)

    async def closed() -> bool:
        events = await site.events(referral_stream(still_open))
        return any(isinstance(event, ReferralClosed) and event.reason == "person_erased" for event in events)

    await eventually(closed, what="the open referral being closed")
    assert not any(isinstance(event, ReferralClosed) for event in await site.events(referral_stream(ended)))


async def test_every_read_and_command_answers_erased(site: Site, keyring: Database) -> None:
    person_id = await register(site)
    referral_id = await refer(site, person_id)
    await erase(site, person_id)
    await gone(site, keyring, person_id)
    refused = {"status": 409, "slug": "erased", "field": "person_id"}
    for path in (f"/people/{person_id}/details", f"/referrals/{referral_id}", f"/referrals/{referral_id}/notes"):
        assert problem(await site.ask("GET", f"/pcns/{A}{path}")) == refused, path
    triage = {"clinical_response_priority": "2"}
    for path, body in (
        (f"/referrals/{referral_id}/triage", triage),
        (f"/referrals/{referral_id}/accept", {"care_strand": "universal"}),
        (f"/people/{person_id}/details", {"full_name": MARKER}),
    ):
        assert problem(await site.ask("POST", f"/pcns/{A}{path}", body)) == refused, path
    assert await rows_with(site, MARKER) == []


async def test_an_identity_says_only_that_it_was_erased_and_no_search_finds_it(site: Site, keyring: Database) -> None:
    person_id = await register(site)
    await erase(site, person_id)
    await gone(site, keyring, person_id)
    asked = await site.done("POST", f"/pcns/{A}/people/identities", {"person_ids": [person_id]})
    identity = asked["people"][person_id]
    assert identity.pop("erased_at") == "2026-06-01T09:00:00Z"
    assert identity.pop("person_id") == person_id
    assert set(identity.values()) == {None}
    for term in ({"full_name": MARKER}, {"external_reference": f"{MARKER}-17"}):
        found = await site.done("POST", f"/pcns/{A}/people/search", term)
        assert person_id not in [each["person_id"] for each in found]


async def test_who_comes_again_with_the_same_number_is_somebody_new(site: Site, keyring: Database) -> None:
    before = await register(site, NUMBER)
    await erase(site, before)
    await gone(site, keyring, before)
    after = await register(site, NUMBER)
    assert after != before
    assert await key_of(keyring, after) is not None
    await site.caught_up(await site.store.head())
    found = await site.done("POST", f"/pcns/{A}/people/search", {"nhs_number": NUMBER})
    assert [each["person_id"] for each in found] == [after]
    await erase(site, after)
    await gone(site, keyring, after)


async def test_erasing_again_is_a_duplicate(site: Site, keyring: Database) -> None:
    person_id = await register(site)
    command_id = str(uuid4())
    first = await erase(site, person_id, key=command_id)
    again = await erase(site, person_id, key=command_id)
    anew = await erase(site, person_id)
    assert (first["duplicate"], again["duplicate"], anew["duplicate"]) == (False, True, True)
    assert anew["version"] == first["version"] == 2


async def test_only_a_coordinator_and_an_operator_may_and_only_for_a_reason_of_the_list(site: Site) -> None:
    person_id = str(uuid4())
    path = f"/pcns/{A}/people/{person_id}/erase"
    for role in ("referrer", "clinician", "training-lead", "importer", "public"):
        assert (await site.ask("POST", path, ASKED, role=role)).status_code == 403, role
    assert (await site.ask("POST", path, ASKED, role="coordinator", pcns=[B])).status_code == 403
    unknown = await site.ask("POST", path, ASKED, role="operator", pcns=["*"])
    assert problem(unknown) == {"status": 404, "slug": "person-unknown", "field": "person_id"}
    in_words = await site.ask("POST", path, {"reason": f"{MARKER} asked"}, role="coordinator")
    assert problem(in_words) == {"status": 422, "slug": "code-unknown", "field": "reason"}
    assert MARKER not in in_words.text
    assert (await site.ask("POST", path, {}, role="coordinator")).status_code == 422


async def test_after_a_crash_between_the_event_and_the_key_the_key_is_destroyed(
    asleep: Site, keyring: Database
) -> None:
    person_id = await register(asleep)
    await erase(asleep, person_id)
    assert await key_of(keyring, person_id) is not None
    await eraser(asleep).step()
    assert await key_of(keyring, person_id) is None


async def test_while_the_keyring_does_not_answer_nothing_is_passed_over(
    asleep: Site, keyring: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = await register(asleep)
    await erase(asleep, person_id)
    worker = eraser(asleep)
    with monkeypatch.context() as broken:
        broken.setattr(Keyring, "destroy", lost_connection)
        for _ in range(3):
            with pytest.raises(OSError, match="lost"):
                await worker.step()
    assert await key_of(keyring, person_id) is not None
    assert await worker.step() > 0
    assert await key_of(keyring, person_id) is None
    assert await worker.step() == 0


async def lost_connection(*_: object) -> bool:
    raise OSError("lost")


async def test_what_was_being_built_meanwhile_is_gone_as_soon_as_nobody_is_at_it(
    asleep: Site, keyring: Database
) -> None:
    person_id = await register(asleep)
    await project(asleep, IDENTITIES)
    worker = eraser(asleep)
    async with rebuilding(asleep.database, log_of(asleep), IDENTITIES) as rebuild:
        await rebuild.build()
        await erase(asleep, person_id)
        await worker.step()
        assert await key_of(keyring, person_id) is None, "the key does not wait for a rebuild"
        assert any(MARKER in row for row in await rows_of(asleep.database, "shadow.identities"))
    await worker.step()
    assert await left_over(asleep.database) == []
    assert await rows_with(asleep, MARKER) != [], "the live one has not heard of it yet"
    async with rebuilding(asleep.database, log_of(asleep), IDENTITIES) as rebuild:
        await rebuild.build()
        await rebuild.swap()
    assert await left_over(asleep.database) == [], "so it is not kept"


async def test_a_keyring_restored_from_an_older_backup_loses_the_keys_again_at_the_next_start(
    site: Site, keyring: Database
) -> None:
    person_id = await register(site)
    before = await key_of(keyring, person_id)
    await erase(site, person_id)
    await gone(site, keyring, person_id)
    connection = await asyncpg.connect(keyring.admin)
    await connection.execute(
        "update subject_keys set wrapped = $2, destroyed_at = null where subject = $1", person_id, before
    )
    await connection.close()
    await eraser(site).step()
    assert await key_of(keyring, person_id) is None


async def test_reading_is_written_down_and_the_coordinator_may_read_it(site: Site) -> None:
    person_id = await register(site)
    await site.done("GET", f"/pcns/{A}/people/{person_id}/details")
    await site.caught_up(await site.store.head())
    await site.done("POST", f"/pcns/{A}/people/identities", {"person_ids": [person_id]}, role="referrer")
    path = f"/pcns/{A}/people/{person_id}/accesses"
    lines: Any = await site.done("GET", path, role="coordinator")
    assert [(line["reader"], line["roles"], line["what"], line["why"]) for line in lines] == [
        ("a referrer", ["referrer"], "identity", "not-said"),
        ("a clinician", ["clinician"], "details", "not-said"),
    ]
    assert (await site.ask("GET", path, role="clinician")).status_code == 403


async def test_a_purpose_is_a_code(site: Site) -> None:
    person_id = await register(site)
    path = f"/v1/pcns/{A}/people/{person_id}/details"
    headers = {**site.bearer("clinician"), "x-purpose": "direct-care"}
    assert (await site.client.get(path, headers=headers)).is_success
    lines: Any = await site.done("GET", f"/pcns/{A}/people/{person_id}/accesses", role="coordinator")
    assert [line["why"] for line in lines] == ["direct-care"]
    refused = await site.client.get(path, headers={**headers, "x-purpose": f"{MARKER} asked"})
    assert problem(refused) == {"status": 422, "slug": "purpose-invalid", "field": "X-Purpose"}


async def rows_with(site: Site, marker: str) -> list[str]:
    """Tables of the service's database that hold the text, in any case."""
    connection = await asyncpg.connect(site.database.admin)
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        found = [
            table
            for (table,) in tables
            if await connection.fetchval(f'select count(*) from "{table}" t where t::text ilike $1', f"%{marker}%")
        ]
    finally:
        await connection.close()
    return found
