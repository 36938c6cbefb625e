"""Professionals by name: asked of the training service under the user's own token, each time, and stored nowhere here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from services.portal.owners import Caller

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """Somebody who attended training. The name is None when it was never given, or is erased."""

    attendee_id: str
    full_name: str | None
    professional_type: str
    practice_ods_code: str | None
    org_ods_code: str | None = None
    confidence: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    """On a register: {objective: {"before", "after"}}"""


async def seen_before(caller: Caller) -> list[Professional] | None:
    """Everybody who attended training here, seen last first; None when it cannot be asked now, or not by this user."""
    answer = await _asked(caller, "/attendees")
    return None if answer is None else [_professional(fields) for fields in answer]


async def on_register(caller: Caller, training_session_id: str) -> list[Professional] | None:
    """Who is on the register of a session; None when it cannot be asked now."""
    answer = await _asked(caller, f"/training-sessions/{training_session_id}")
    return None if answer is None else [_professional(fields) for fields in answer["register"]]


async def _asked(caller: Caller, path: str) -> Any:
    status, answer = await caller.get(caller.owners.training, path)
    if status >= 300:
        log.warning("professionals-not-available", tenant=caller.tenant, status=status)
        return None
    return answer


def _professional(fields: Mapping[str, Any]) -> Professional:
    return Professional(
        attendee_id=fields["attendee_id"],
        full_name=fields.get("full_name"),
        professional_type=fields["professional_type"],
        practice_ods_code=fields.get("practice_ods_code"),
        org_ods_code=fields.get("org_ods_code"),
        confidence={
            each["objective"]: {"before": each["before"], "after": each["after"]}
            for each in fields.get("confidence", ())
        },
    )
