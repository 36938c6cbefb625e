"""The names on a page: asked of the referral service under the user's own token, each time, and stored nowhere here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from services.portal.owners import Caller

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is. Every field may be missing."""

    full_name: str | None = None
    nhs_number: str | None = None
    birth_date: str | None = None
    """ISO date."""
    external_reference: str | None = None
    erased: bool = False
    """Nobody knows any more."""


class Shown(StrEnum):
    YES = "yes"
    NOT_ALLOWED = "not-allowed"
    NOT_NOW = "not-now"
    """The referral service does not answer: the page is shown with ids and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    shown: Shown = Shown.YES
    people: Mapping[str, Identity] = field(default_factory=dict)

    def of(self, person_id: str) -> Identity:
        return self.people.get(person_id) or Identity()


async def names_of(caller: Caller, person_ids: Iterable[str]) -> Names:
    """Who these people are, as far as the user may know."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return Names()
    status, answer = await caller.post(caller.owners.referral, "/people/identities", {"person_ids": wanted})
    if status in (401, 403):
        return Names(shown=Shown.NOT_ALLOWED)
    if status >= 300:
        log.warning("names-not-available", tenant=caller.tenant, status=status)
        return Names(shown=Shown.NOT_NOW)
    return Names(people={person_id: _identity(fields) for person_id, fields in answer["people"].items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    person_id: str
    identity: Identity


async def search(caller: Caller, terms: Mapping[str, str]) -> list[Found] | None:
    """People the terms fit ({"nhs_number"} or {"full_name"} or {"external_reference"}); None when it cannot be asked now."""
    status, answer = await caller.post(caller.owners.referral, "/people/search", terms)
    if status >= 300:
        return [] if status in (404, 422) else None
    return [Found(person_id=str(fields["person_id"]), identity=_identity(fields)) for fields in answer]


def _identity(fields: Mapping[str, Any]) -> Identity:
    return Identity(
        full_name=fields.get("full_name"),
        nhs_number=fields.get("nhs_number"),
        birth_date=fields.get("birth_date"),
        external_reference=fields.get("external_reference"),
        erased=fields.get("erased_at") is not None,
    )
