"""Who has looked at a person's record, as the services that own its parts wrote it down."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from pydantic import TypeAdapter

from services.kit.access_log import Access
from services.portal.owners import Caller, Owner

log = structlog.get_logger(__name__)

_ACCESSES = TypeAdapter(list[Access])


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`silent` names the services that did not answer: what they know is missing."""

    accesses: Sequence[Access]
    silent: Sequence[str]


async def told_by_owners(caller: Caller, person_id: str) -> Told:
    """What every service but this one has written down."""
    owners = {name: owner for name, owner in caller.owners.by_name().items() if owner is not caller.owners.portal}
    answers = await asyncio.gather(*(_ask(name, owner, caller, person_id) for name, owner in owners.items()))
    told = dict(zip(owners, answers, strict=True))
    return Told(
        accesses=[access for answer in answers if answer is not None for access in answer],
        silent=[name for name, answer in told.items() if answer is None],
    )


async def _ask(name: str, owner: Owner, caller: Caller, person_id: str) -> list[Access] | None:
    status, answer = await caller.get(owner, f"/people/{person_id}/accesses")
    if status != 200:
        log.warning("accesses-not-available", service=name, status=status)
        return None
    return _ACCESSES.validate_python(answer)
