"""A log that was set back gets back the places it lost, from what Kafka holds of it. docs/adr/0015 tells why so.

An event Kafka holds comes back into its own place under its own id, as what it is there: the public form, without what never left
the service. One that was never published leaves an empty place. Nothing is decided on either, and no read model of the service
folds them; but no position and no version is ever given out twice, so readers who have seen them lose nothing that comes after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson

from contracts.referral import PersonErasedV1
from deploy.local.errors import StackError
from deploy.operations.gaps import DoesNotFit, Place, Stream, fill, holes_of
from deploy.operations.installation import Installation
from deploy.operations.keys import open_keyring
from deploy.operations.postgres_tools import admin_of
from deploy.operations.publication import Publication
from deploy.operations.relay import connected
from deploy.operations.topic import Record, batches, headers_of, reading
from deploy.operations.verify import FOLDER
from services.kit.cloud_events import source_of
from services.kit.record import LOST, RECOVERED
from services.kit.sql import queries
from services.kit.tenancy import TenantId

SQL = queries("reconcile", FOLDER)
ACTOR = "system:reconcile"
NOBODY = "U00000"
"""The tenant of empty places that belonged to nobody knows which stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A lost event that Kafka holds."""

    place: Place
    type: str
    occurred_at: str
    headers: dict[str, str]
    topic: str
    value: bytes

    @property
    def event_id(self) -> str:
        return self.headers["ce_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mending:
    """What a log lacks: `returned` comes back from Kafka, `empty` places are filled with nothing."""

    service: str
    head: int
    returned: Sequence[Returned]
    empty: Sequence[Place]

    @property
    def newest(self) -> int:
        return self.head + len(self.returned) + len(self.empty)


async def plan_mending(admin: str, kafka: str, publication: Publication) -> Mending:
    """Look, change nothing. Raises StackError when the log has gone another way since: then only another restore helps."""
    async with connected(admin) as connection:
        log = await connection.fetchrow(SQL["log"])
        source = source_of(publication.service, log["incarnation"])
        beyond, strange = await _published(connection, kafka, publication.topics, source, log["head"])
        if strange:
            raise StackError(
                f"{publication.service} has other events than Kafka at {len(strange)} positions, the first is {min(strange)}: "
                "something was appended after the restore and before it was noticed; restore again and reconcile before the start"
            )
        lost = [each for _, each in sorted(beyond.items())]
        streams = sorted({each.place.stream for each in lost})
        rows = await connection.fetch(SQL["newest"], *([stream[n] for stream in streams] for n in (0, 1)))
        versions = {(row["tenant"], row["stream"]): row["version"] for row in rows}
        own = (NOBODY, f"lost-{log['incarnation']}")
        begun = await connection.fetch(SQL["newest"], [own[0]], [own[1]])
    filled, left = _places(publication.service, log["head"], [each.place for each in lost], versions)
    first = begun[0]["version"] + 1 if begun else 1
    empty = [*filled, *(Place(position=p, stream=own, version=n) for n, p in enumerate(left, first))]
    return Mending(service=publication.service, head=log["head"], returned=lost, empty=empty)


async def mend(owner: str, mending: Mending) -> None:
    """Write it, in one transaction under the lock of the writers, and let them go on. Raises StackError when the log moved."""
    now = datetime.now(UTC).isoformat()
    rows = [_returned(each, now) for each in mending.returned] + [_nothing(place, now) for place in mending.empty]
    async with connected(owner) as connection, connection.transaction():
        await connection.execute(SQL["lock"])
        head = (await connection.fetchrow(SQL["log"]))["head"]
        if head != mending.head:
            raise StackError(f"{mending.service} was appended to meanwhile, from {mending.head} to {head}: try again")
        await connection.execute(SQL["open"])
        await connection.execute(SQL["add"], rows)
        await connection.execute(SQL["tell"])


async def erase_again(installation: Installation, mending: Mending) -> int:
    """Destroy the keys of people whose erasure was among what was lost: a restored keyring has them again. The number of people."""
    erased = [each for each in mending.returned if each.type == PersonErasedV1.TYPE]
    if not erased:
        return 0
    async with open_keyring(installation, mending.service) as keyring:
        for each in erased:
            await keyring.destroy(TenantId(each.place.stream[0]), orjson.loads(each.value)["person_id"])
    return len(erased)


async def reconcile(installation: Installation, publication: Publication, *, dry_run: bool) -> Mending:
    """One service's log. Raises StackError."""
    admin = admin_of(installation.postgres_admin, publication.service)
    mending = await plan_mending(admin, installation.kafka, publication)
    if not dry_run and mending.newest > mending.head:
        # First the keys: who reads on must not find them.
        await erase_again(installation, mending)
        await mend(installation.owner(publication.service), mending)
    return mending


async def _published(
    connection: Any, kafka: str, topics: Sequence[str], source: str, head: int
) -> tuple[dict[int, Returned], set[int]]:
    """What Kafka holds beyond this log's head, by position; and the positions up to there at which it holds another event."""
    beyond: dict[int, Returned] = {}
    strange: set[int] = set()
    async with reading(kafka, topics) as consumer:
        async for batch in batches(consumer):
            told = ((record, headers_of(record)) for record in batch)
            mine = [_published_as(record, said) for record, said in told if said.get("ce_source") == source]
            known = {(each.place.position, each.event_id) for each in mine if each.place.position <= head}
            rows = await connection.fetch(SQL["ids"], [position for position, _ in known])
            strange |= {position for position, _ in known - {(row["position"], str(row["id"])) for row in rows}}
            for each in (each for each in mine if each.place.position > head):
                _keep(beyond, each)
    return beyond, strange


def _keep(beyond: dict[int, Returned], each: Returned) -> None:
    if beyond.setdefault(each.place.position, each).event_id != each.event_id:
        raise StackError(
            f"Kafka holds two different events at position {each.place.position}: this log was set back before and went on"
        )


def _published_as(record: Record, said: dict[str, str]) -> Returned:
    stream = (said["ce_tenant"], said["ce_subject"])
    return Returned(
        place=Place(position=int(said["ce_position"]), stream=stream, version=int(said["ce_sequence"])),
        type=said["ce_type"],
        occurred_at=said["ce_time"],
        headers=said,
        topic=record.topic,
        value=record.value or b"",
    )


def _places(
    service: str, head: int, lost: Sequence[Place], versions: dict[Stream, int]
) -> tuple[list[Place], list[int]]:
    """The places of what was never published, as far as streams show them, and the positions left over. Raises StackError."""
    taken = {place.position for place in lost}
    free = [position for position in range(head + 1, max(taken, default=head)) if position not in taken]
    try:
        return fill(free, holes_of(lost, versions, head))
    except DoesNotFit as problem:
        raise StackError(f"{service}: what Kafka holds does not go on from this log: {problem}") from problem


def _returned(each: Returned, now: str) -> dict[str, Any]:
    said = each.headers
    meta = {"actor": ACTOR, "command_id": said["ce_correlationid"], "recovered_at": now}
    if said["ce_causationid"] != said["ce_correlationid"]:
        meta["causation_id"] = said["ce_causationid"]
    if "traceparent" in said:
        meta["traceparent"] = said["traceparent"]
    data = {"topic": each.topic, "type": each.type, "dataschema": said["ce_dataschema"], "value": each.value.decode()}
    times = {"occurred_at": said["ce_time"], "recorded_at": said["ce_recordedtime"]}
    return {**_row(each.place, RECOVERED, said["ce_id"]), "data": data, "meta": meta, **times}


def _nothing(place: Place, now: str) -> dict[str, Any]:
    meta = {"actor": ACTOR, "command_id": str(uuid4()), "recovered_at": now}
    return {**_row(place, LOST, str(uuid4())), "data": {}, "meta": meta, "occurred_at": now, "recorded_at": now}


def _row(place: Place, type_: str, event_id: str) -> dict[str, Any]:
    tenant, stream = place.stream
    where = {"position": place.position, "tenant": tenant, "stream": stream, "version": place.version}
    return {**where, "id": event_id, "type": type_}
