"""Names and notes are nowhere in the log in clear, and each is gone with the key it was sealed under."""

from typing import Any

import asyncpg
import pytest

from services.kit.keyring import Keyring
from services.kit.tenancy import TenantPool
from services.training.domain.events import TrainingAttended
from services.training.main import PROJECTIONS
from services.training.outgoing import to_message
from tests.databases import Database
from tests.integration.training.conftest import CONSULTATION, INPUT, VISITOR, A, Site

pytestmark = pytest.mark.postgres

PERSON = "5f1a3d52-5b1c-4d5e-9a57-6f3f0c9f2b99"
TOLD = ["Marker Fullname", "Marker of the patient note.", "Marker of the case note.", "Marker of the families' note."]


async def told(site: Site) -> dict[str, dict[str, Any]]:
    """One of everything that holds a name or a note."""
    name, patient, case, families = TOLD
    named = {"subject_kind": "named_patient", "person_id": PERSON, "note": patient}
    anonymous = {"subject_kind": "anonymous_case", "note": case}
    await site.train({**VISITOR, "full_name": name})
    return {
        "patient": await site.done("POST", f"/pcns/{A}/consultations", {**CONSULTATION, **named}),
        "case": await site.done("POST", f"/pcns/{A}/consultations", {**CONSULTATION, **anonymous}),
        "families": await site.done("POST", f"/pcns/{A}/community-input", {**INPUT, "note": families}),
    }


async def note_in(site: Site, stream: str) -> str | None:
    [event] = await site.events(stream)
    note: str | None = event.note  # type: ignore[union-attr]
    return note


async def test_nothing_personal_is_in_the_log_in_clear(site: Site) -> None:
    await told(site)
    administrator = await asyncpg.connect(site.database.admin)
    rows = await administrator.fetch("select events::text as line, encode(sealed, 'escape') as sealed from events")
    commands = await administrator.fetch("select commands::text as line from commands")
    await administrator.close()
    lines = [row["line"] for row in [*rows, *commands]] + [row["sealed"] or "" for row in rows]
    assert [said for said in TOLD for line in lines if said in line] == []


async def test_no_note_is_in_a_read_model(site: Site) -> None:
    await told(site)
    async with site.pool.scope(A) as tx:
        lines = [
            row["line"] for each in PROJECTIONS for row in await tx.fetch(f"select t::text as line from {each.table} t")
        ]
    assert any(TOLD[0] in line for line in lines)
    assert [said for said in TOLD[1:] for line in lines if said in line] == []


async def test_nothing_personal_is_in_what_is_published(site: Site) -> None:
    await told(site)
    recorded = await site.store.read_after(0, 1_000)
    assert "Marker Fullname" in {getattr(each.event, "full_name", None) for each in recorded}
    messages = [message for each in recorded if (message := to_message(each)) is not None]
    published = b"\n".join(message.data for message in messages).decode()
    assert "attendee_id" in published
    assert [said for said in TOLD if said in published] == []


async def test_each_note_and_name_goes_with_its_own_key(site: Site, keyring: Database) -> None:
    written = await told(site)
    [attendee_id] = await site.train({**VISITOR, "full_name": "Soon Forgotten"})
    [session_id] = [
        row["training_session_id"]
        for row in await site.done("GET", f"/pcns/{A}/training-sessions")
        if attendee_id in {line["attendee_id"] for line in row["register"]}
    ]
    forgotten = [PERSON, attendee_id]

    keys = Keyring(await TenantPool.open(keyring.app), bytes(range(32)))
    for subject in forgotten:
        assert await keys.destroy(A, subject)
    await keys.close()
    site.store._privacy._keyring._opened.clear()

    assert await note_in(site, written["patient"]["stream"]) is None
    assert await note_in(site, written["case"]["stream"]) == TOLD[2]
    assert await note_in(site, written["families"]["stream"]) == TOLD[3]
    [_, _, attended] = await site.events(f"training-session-{session_id}")
    assert isinstance(attended, TrainingAttended)
    assert (attended.attendee_id, attended.full_name, attended.practice_ods_code) == (attendee_id, None, "X00001")
