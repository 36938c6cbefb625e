"""What was written about somebody: asked of its owners under the user's own token, each time, and stored nowhere here."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from services.portal.names import Shown
from services.portal.owners import Caller, Owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note. `about` says what it was written on: referral-triaged, appointment-attended, flag-reviewed, …

    `path` is a page of it, under the network.
    """

    about: str
    words: str
    written_at: datetime | None
    written_by: str | None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The latest first. `shown`: whether all of them could be had."""

    shown: Shown = Shown.YES
    notes: tuple[Note, ...] = ()


async def notes_of_referrals(caller: Caller, referral_ids: Iterable[str]) -> Notes:
    """What was written when referrals were received, triaged and ended."""
    return _together(await asyncio.gather(*(_of_referral(caller, each) for each in referral_ids)))


async def notes_of_person(caller: Caller, person_id: str, referral_ids: Iterable[str]) -> Notes:
    """Everything that was written about a person: referrals, appointments, reviews of risk flags and corrections."""
    found = await asyncio.gather(
        notes_of_referrals(caller, referral_ids), _of_appointments(caller, person_id), _of_measures(caller, person_id)
    )
    return _together(found)


async def _of_referral(caller: Caller, referral_id: str) -> Notes:
    shown, answer = await _ask(caller, caller.owners.referral, f"/referrals/{referral_id}/notes")
    path = f"/referrals/{referral_id}"
    return Notes(shown=shown, notes=tuple(_note("referral", said, path) for said in answer or ()))


async def _of_appointments(caller: Caller, person_id: str) -> Notes:
    shown, answer = await _ask(caller, caller.owners.scheduling, f"/people/{person_id}/appointment-notes")
    notes = (_note("appointment", said, f"/appointments/{said['appointment_id']}") for said in answer or ())
    return Notes(shown=shown, notes=tuple(notes))


def _note(kind: str, said: dict[str, Any], path: str) -> Note:
    return Note(
        about=f"{kind}-{said['about']}",
        words=said["words"],
        written_at=datetime.fromisoformat(said["written_at"]),
        written_by=said["written_by"],
        path=path,
    )


async def _of_measures(caller: Caller, person_id: str) -> Notes:
    shown, answer = await _ask(caller, caller.owners.outcomes, f"/people/{person_id}/measures")
    measures = answer["measures"] if answer else []
    return Notes(shown=shown, notes=tuple(chain.from_iterable(_of_measure(person_id, each) for each in measures)))


def _of_measure(person_id: str, measure: dict[str, Any]) -> Iterable[Note]:
    path = f"/people/{person_id}/measures/{measure['measure_id']}"
    about = Note(about="measure-corrected", words="", written_at=None, written_by=None, path=path)
    if measure["note"]:
        yield replace(about, words=measure["note"])
    for flag in measure["flags"]:
        if flag["note"]:
            reviewed = flag.get("reviewed_at")
            at = datetime.fromisoformat(reviewed) if reviewed else None
            yield replace(about, about="flag-reviewed", words=flag["note"], written_at=at)


async def _ask(caller: Caller, owner: Owner, path: str) -> tuple[Shown, Any]:
    status, answer = await caller.get(owner, path)
    if status in (401, 403):
        return Shown.NOT_ALLOWED, None
    # Of somebody nobody measured, or who was erased, nothing was written.
    if status in (404, 409):
        return Shown.YES, None
    return (Shown.NOT_NOW, None) if status >= 300 else (Shown.YES, answer)


def _together(found: Iterable[Notes]) -> Notes:
    found = tuple(found)
    all_shown = all(each.shown is not Shown.NOT_NOW for each in found)
    notes = sorted(
        chain.from_iterable(each.notes for each in found),
        key=lambda note: note.written_at.timestamp() if note.written_at else 0,
        reverse=True,
    )
    return Notes(shown=Shown.YES if all_shown else Shown.NOT_NOW, notes=tuple(notes))
