"""Whose fault a failure is, and what may be kept of it."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaConnectionError
from pydantic import BaseModel, ConfigDict

import contracts
from services.kit.errors import Busy, Conflict, DomainError, IdReused
from services.kit.guard import StreamGap
from services.kit.intake import arrive
from services.kit.intake import why as why_unreadable
from services.kit.parking import UNKNOWN, Failure, Unreadable, failure_of
from services.kit.projector import Gap
from services.kit.systemic import is_systemic

MARKER = "Quillonia Testpatient"


class AlreadyClosed(DomainError):
    """This is closed already."""

    slug = "already-closed"


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.AdminShutdownError(),
        asyncpg.OutOfMemoryError(),
        asyncpg.DiskFullError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
        asyncpg.QueryCanceledError(),
        asyncpg.UndefinedColumnError(),
        asyncpg.InsufficientPrivilegeError(),
        asyncpg.InternalClientError(),
        ConnectionResetError(),
        TimeoutError(),
        KafkaConnectionError(),
        Busy(),
        Conflict(),
        StreamGap(),
        Gap(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_systems_fault(error: Exception) -> None:
    assert is_systemic(error)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("a"),
        AssertionError(),
        RecursionError(),
        AlreadyClosed(),
        IdReused(),
        Unreadable(Failure(reason="not-json", error_type="ValueError")),
        asyncpg.UniqueViolationError(),
        asyncpg.NumericValueOutOfRangeError(),
        asyncpg.UntranslatableCharacterError(),
        asyncpg.DataError("invalid input for query argument $1"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_events_fault(error: Exception) -> None:
    assert not is_systemic(error)


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    amount: int
    scores: dict[str, int] = {}


def failed(read: Any) -> Exception:
    try:
        read()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is asked for
        return error
    raise AssertionError("it worked")


CANNOT_BE_READ = {
    "not JSON": (lambda: Strict.model_validate_json(MARKER), "not-json", None),
    "value": (lambda: Strict.model_validate_json('{"amount": "Quillonia"}'), "schema-broken", "amount"),
    "value below a key of the data": (
        lambda: Strict.model_validate_json('{"amount": 1, "scores": {"Quillonia": "x"}}'),
        "schema-broken",
        "scores",
    ),
    "a key of the data": (lambda: Strict.model_validate_json('{"amount": 1, "Quillonia": 2}'), "schema-broken", None),
    "type": (lambda: contracts.parse(MARKER, b"{}"), "type-unknown", None),
    "bytes": (lambda: contracts.parse("perinatal-wait-started-1", b"\xff"), "not-json", None),
    "text": (b"\xff".decode, "not-json", None),
    "any other way": (lambda: int(MARKER), "schema-broken", None),
}


@pytest.mark.parametrize(("read", "reason", "field"), CANNOT_BE_READ.values(), ids=CANNOT_BE_READ)
def test_why_an_event_cannot_be_read_names_no_value(read: Any, reason: str, field: str | None) -> None:
    failure = why_unreadable(failed(read))
    assert (failure.reason, failure.field) == (reason, field)
    assert "Quillonia" not in repr(failure)


def test_what_is_kept_of_a_failure_is_its_name() -> None:
    assert failure_of(KeyError(MARKER)) == Failure(reason="handler-failed", error_type="KeyError")
    assert failure_of(AlreadyClosed(field="on")) == Failure(reason="refused", error_type="AlreadyClosed", field="on")


def record(headers: dict[str, bytes], key: bytes | None = None) -> Any:
    fields = dict.fromkeys(ConsumerRecord.__dataclass_fields__)
    return ConsumerRecord(
        **{**fields, "topic": "t", "partition": 2, "offset": 7, "key": key, "headers": headers.items()}
    )


def proper(**changed: bytes) -> dict[str, bytes]:
    return {
        "ce_id": str(uuid4()).encode(),
        "ce_source": b"toy",
        "ce_type": b"toy-counted-1",
        "ce_subject": b"account-1",
        "ce_time": b"2026-06-01T00:00:00+00:00",
        "ce_recordedtime": b"2026-06-01T00:00:00+00:00",
        "ce_tenant": b"U00001",
        "ce_sequence": b"0000000003",
        "ce_prevsequence": b"0000000002",
        **changed,
    }


def test_a_proper_record_is_of_its_tenant_and_stream() -> None:
    arrived = arrive(record(proper()))
    assert (arrived.tenant, arrived.stream, arrived.pointer.sequence) == ("U00001", "account-1", 3)
    assert (arrived.pointer.partition, arrived.pointer.offset, arrived.pointer.type) == (2, 7, "toy-counted-1")


@pytest.mark.parametrize(
    "broken",
    [
        {"ce_tenant": MARKER.encode()},
        {"ce_tenant": b"\xff"},
        {"ce_subject": MARKER.encode()},
        {"ce_subject": b"account-\x00"},
        {"ce_sequence": b"three"},
        {"ce_id": MARKER.encode()},
    ],
)
def test_a_record_that_does_not_say_whose_it_is_keeps_nothing_of_its_headers(broken: dict[str, bytes]) -> None:
    arrived = arrive(record(proper(**broken), key=MARKER.encode()))
    assert (arrived.tenant, arrived.stream, arrived.recorded) == (UNKNOWN, "2/7", None)
    assert "Quillonia" not in repr(arrived)


def test_of_its_key_only_what_is_surely_ours_is_kept() -> None:
    stream = f"person-{uuid4()}"
    assert arrive(record({}, key=stream.encode())).stream == stream
    for key in (b"person-9434765919", b"quillonia-testpatient", b"9434765919", b"\xff", None):
        assert arrive(record({}, key=key)).stream == "2/7"


def test_a_type_or_number_that_cannot_be_kept_is_not() -> None:
    pointer = arrive(record(proper(ce_type=MARKER.encode(), ce_sequence=b"99999999999"))).pointer
    assert (pointer.type, pointer.sequence) == ("unreadable", 2**31 - 1)
