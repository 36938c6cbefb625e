"""How a person who is to be forgotten stands in every part, and waiting until each has done its share."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg

from deploy.local.errors import StackError
from deploy.local.progress import Progress
from deploy.local.wiring import KEYRING
from deploy.operations.installation import STORES, Installation
from deploy.operations.postgres_tools import admin_of
from deploy.operations.relay import connected
from deploy.operations.search import subject_field_of
from deploy.operations.verify import FOLDER
from services.kit.sql import queries

SQL = queries("erase", FOLDER)
_PATIENCE = 60.0
_BETWEEN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one log holds of a person. `heard`: it knows that they were erased."""

    events: int
    sealed: int
    heard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How one person stands in every part. `known`: fields of the identity read model that still say who they are; `copied`:
    fields of its copies, being built or replaced.
    """

    person_id: str
    tenant: str
    key: str
    """there, destroyed or none"""
    known: int
    copied: int
    logs: Mapping[str, Told]
    shown: bool
    """The portal knows that they were erased."""

    @property
    def erased(self) -> bool:
        """The decision is in the log of the service that takes it."""
        return self.logs["referral"].heard

    @property
    def left(self) -> list[str]:
        """What has not done its share yet; empty once it is finished everywhere."""
        waiting = [f"{service} has not heard of it" for service, told in self.logs.items() if not told.heard]
        waiting += ["the key is not destroyed"] if self.key != "destroyed" else []
        waiting += ["the identity is still in its read model"] if self.known else []
        waiting += ["its copies still hold the identity, until no rebuild is at work"] if self.copied else []
        return waiting + (["the portal has not heard of it"] if not self.shown else [])


async def networks_of(installation: Installation, person_id: str) -> list[str]:
    """The networks that know a person by this id."""
    async with connected(admin_of(installation.postgres_admin, "referral")) as database:
        return [row["tenant"] for row in await database.fetch(SQL["registered"], person_id)]


async def person(installation: Installation, tenant: str, person_id: str) -> Person:
    """How somebody stands. Raises StackError when nobody is known by this id."""
    if tenant not in await networks_of(installation, person_id):
        raise StackError(f"nobody is known by the id {person_id} in {tenant}")
    admin = installation.postgres_admin
    logs = {service: await _told(admin, service, tenant, person_id) for service in STORES}
    async with connected(admin_of(admin, KEYRING)) as database:
        key = next((row for row in await database.fetch(SQL["key"], person_id) if row["tenant"] == tenant), None)
    async with connected(admin_of(admin, "referral")) as database:
        known = await _known(database, "public", tenant, person_id)
        places = [row["nspname"] for row in await database.fetch(SQL["copies"])]
        copied = sum([await _known(database, place, tenant, person_id) for place in places])
    async with connected(admin_of(admin, "portal")) as database:
        shown = bool(await database.fetchval(SQL["shown"], tenant, person_id))
    return Person(
        person_id=person_id, tenant=tenant, key=_state(key), known=known, copied=copied, logs=logs, shown=shown
    )


async def _known(database: Any, place: str, tenant: str, person_id: str) -> int:
    try:
        return await database.fetchval(SQL["identity"].format(place=place), tenant, person_id) or 0
    except asyncpg.UndefinedTableError:
        # A copy that was dropped a moment ago.
        return 0


async def _told(admin: str, service: str, tenant: str, person_id: str) -> Told:
    async with connected(admin_of(admin, service)) as database:
        return Told(**await database.fetchrow(SQL["told"], tenant, subject_field_of(service), person_id))


def _state(key: Any) -> str:
    if key is None:
        return "none"
    return "there" if key["there"] else "destroyed"


async def finished(installation: Installation, tenant: str, person_id: str, progress: Progress) -> Person:
    """Wait until every part has done its share. Raises StackError with what is left when that takes too long."""
    until = time.monotonic() + _PATIENCE
    with progress.step("Wait until every part has forgotten them"):
        while True:
            seen = await person(installation, tenant, person_id)
            if not seen.left:
                return seen
            if time.monotonic() > until:
                raise StackError(
                    f"it is decided and will be finished, but after {_PATIENCE:.0f} s: {', '.join(seen.left)}; "
                    f"see `perinatal status`, then `perinatal person report {person_id}`"
                )
            progress.now(f"Wait: {', '.join(seen.left)}")
            await asyncio.sleep(_BETWEEN)
