"""From records to rows or commands: the version guard, then the event's own form, then the work.

As a whole when nothing fails: one pass, no savepoint. What fails so is taken apart, stream by stream (kit/parking.py).
"""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from aiokafka import ConsumerRecord
from pydantic import ValidationError

from services.kit.cloud_events import read
from services.kit.guard import judge
from services.kit.parking import (
    UNKNOWN,
    Apart,
    Arrived,
    Failure,
    Outcome,
    Pointer,
    Unreadable,
    park_behind,
    pointer_of,
)
from services.kit.read_model import by_tenant
from services.kit.record import Recorded
from services.kit.tenancy import Tx, set_tenant

Parse = Callable[[str, bytes], Any]
Work = Callable[[Tx, Sequence[Recorded[Any]]], Awaitable[None]]

_STREAM = re.compile(r"[!-~]{1,200}")
_OURS = re.compile(r"[a-z]+(-[a-z]+)*-([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|U\d{5})")
"""A stream's name as our services make them: nobody's name or number looks like it."""


class NotAStream(Exception):
    """What stands where a stream is named cannot be the name of one."""


class Intake:
    """`consumer` is the permanent name of who takes these records."""

    def __init__(self, consumer: str, parse: Parse, work: Work) -> None:
        self._consumer = consumer
        self._parse = parse
        self._work = work
        self._apart = Apart(consumer)

    async def whole(self, tx: Tx, records: Sequence["ConsumerRecord[bytes, bytes]"]) -> Outcome:
        """All of it or nothing. Raises whatever fails first."""
        fresh: list[Recorded[Any]] = []
        behind: list[Arrived] = []
        for topic in sorted({record.topic for record in records}):
            mine = [record for record in records if record.topic == topic]
            envelopes = [_envelope(record) for record in mine]
            for tenant, theirs in by_tenant(envelopes).items():
                await set_tenant(tx, tenant)
                judged = await judge(tx, tenant, self._consumer, topic, theirs)
                fresh += judged.fresh
                if judged.parked:
                    standing = {(tenant, stream) for stream in judged.parked}
                    pairs = zip(mine, envelopes, strict=True)
                    behind += [arrive(record) for record, of in pairs if (of.tenant, of.stream) in standing]
        await self._work(tx, [self._opened(recorded) for recorded in fresh])
        await park_behind(tx, self._consumer, behind)
        return Outcome(len(fresh))

    async def apart(self, tx: Tx, records: Sequence["ConsumerRecord[bytes, bytes]"]) -> Outcome:
        """What can be handled; the rest is parked. Raises what is systemic."""
        # What the work does once for any batch must not be undone together with a stream of it.
        await self._work(tx, [])
        return await self._apart.take(tx, [arrive(record) for record in records], self._take)

    async def again(self, tx: Tx, arrived: Sequence[Arrived]) -> int:
        """Events of one parked stream, in order; how many were fresh."""
        return await self._take(tx, arrived, again=True)

    def committed(self, outcome: Outcome) -> None:
        self._apart.committed(outcome)

    async def _take(self, tx: Tx, arrived: Sequence[Arrived], *, again: bool = False) -> int:
        fresh: list[Recorded[Any]] = []
        for tenant, theirs in by_tenant(each.known() for each in arrived).items():
            await set_tenant(tx, tenant)
            fresh += (await judge(tx, tenant, self._consumer, arrived[0].topic, theirs, again=again)).fresh
        await self._work(tx, [self._opened(recorded) for recorded in fresh])
        return len(fresh)

    def _opened(self, envelope: Recorded[Any]) -> Recorded[Any]:
        """Raises Unreadable."""
        try:
            return replace(envelope, event=self._parse(envelope.type, envelope.event))
        except Exception as error:
            raise Unreadable(why(error)) from error


def arrive(record: "ConsumerRecord[bytes, bytes]") -> Arrived:
    """A record as it lies, whatever it holds."""
    try:
        recorded = _envelope(record)
    except Exception as error:  # noqa: BLE001 - headers can be wrong in any way
        return _nameless(record, type(error).__name__)
    return Arrived(
        tenant=recorded.tenant,
        topic=record.topic,
        stream=recorded.stream,
        pointer=pointer_of(recorded, partition=record.partition, offset=record.offset),
        recorded=recorded,
    )


def _envelope(record: "ConsumerRecord[bytes, bytes]") -> Recorded[bytes]:
    """The event unopened: `event` is the value's bytes. Raises NotACloudEvent, ValueError, InvalidTenant, NotAStream."""
    recorded = read(record.value or b"", record.headers)
    if not _STREAM.fullmatch(recorded.stream):
        raise NotAStream
    return recorded


def _nameless(record: "ConsumerRecord[bytes, bytes]", error_type: str) -> Arrived:
    """Of its key only what looks like ours is kept: anything may stand in it."""
    trouble = Failure(reason="headers-unreadable", error_type=error_type)
    key = (record.key or b"").decode("ascii", "replace")
    pointer = Pointer(sequence=0, partition=record.partition, offset=record.offset, type="unreadable", event_id=None)
    stream = key if _OURS.fullmatch(key) else f"{record.partition}/{record.offset}"
    return Arrived(tenant=UNKNOWN, topic=record.topic, stream=stream, pointer=pointer, trouble=trouble)


def why(error: Exception) -> Failure:
    """What an event's own form has against it."""
    named = type(error).__name__
    match error:
        case ValidationError():
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            if first["type"] == "json_invalid":
                return Failure(reason="not-json", error_type=named)
            told = first["type"] != "extra_forbidden"
            return Failure(reason="schema-broken", error_type=named, field=_field(first["loc"]) if told else None)
        case json.JSONDecodeError() | UnicodeDecodeError():
            return Failure(reason="not-json", error_type=named)
        case LookupError():
            return Failure(reason="type-unknown", error_type=named)
        case _:
            return Failure(reason="schema-broken", error_type=named)


def _field(path: Sequence[int | str]) -> str | None:
    """The field of the event's class. What stands deeper may be a key of the data."""
    return path[0] if path and isinstance(path[0], str) else None
