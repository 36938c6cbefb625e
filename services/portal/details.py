"""How somebody is reached and what they need from us: asked of referral under the user's own token, and stored nowhere here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from services.portal.names import Shown
from services.portal.owners import Caller

log = structlog.get_logger(__name__)

_ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What the referral service knows of a person. `known` is {its field: value}; nothing where `shown` is not yes."""

    shown: Shown = Shown.YES
    known: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        value = self.known.get(name)
        return None if value is None else str(value)

    @property
    def access_needs(self) -> list[str]:
        return list(self.known.get("access_needs") or ())


async def details_of(caller: Caller, person_id: str) -> Details:
    """All that is known of one person, as far as the user may know it."""
    status, answer = await caller.get(caller.owners.referral, f"/people/{person_id}/details")
    if status in (401, 403):
        return Details(shown=Shown.NOT_ALLOWED)
    if status >= 300:
        log.warning("details-not-available", tenant=caller.tenant, status=status)
        erased = isinstance(answer, dict) and answer.get("slug") == _ERASED
        return Details() if erased else Details(shown=Shown.NOT_NOW)
    return Details(known=answer)
