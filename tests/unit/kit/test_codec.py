"""An event class taken apart and put together again; personal fields go their own way."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.kit.codec import Codec, UnknownStoredType
from services.kit.personal import Personal

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    subject_id: str
    name: Personal[str]
    born: Personal[date]
    place: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    subject_id: str
    occurred_at: datetime


CODEC: Codec[Met | Parted] = Codec({"met.v2": Met, "parted.v1": Parted}, subject_field="subject_id")
MET = Met(subject_id="s1", name="Ann Example", born=date(1990, 1, 2), place="hall", occurred_at=NOW)


def test_personal_fields_part_ways_with_the_rest() -> None:
    encoded = CODEC.encode(MET)
    assert encoded.type == "met.v2"
    assert encoded.personal == {"name": "Ann Example", "born": "1990-01-02"}
    assert encoded.data == {"subject_id": "s1", "place": "hall", "occurred_at": "2026-06-01T09:00:00Z"}
    assert encoded.subject == "s1"


def test_what_went_in_comes_out() -> None:
    encoded = CODEC.encode(MET)
    assert CODEC.decode(encoded.type, encoded.data, encoded.personal) == MET


def test_an_erased_person_reads_as_none() -> None:
    encoded = CODEC.encode(MET)
    erased = CODEC.decode(encoded.type, encoded.data, {})
    assert erased == Met(subject_id="s1", name=None, born=None, place="hall", occurred_at=NOW)


def test_an_event_without_personal_facts_needs_no_key() -> None:
    assert CODEC.encode(Parted(subject_id="s1", occurred_at=NOW)).subject is None


def test_an_old_event_is_upcast() -> None:
    def upcast(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return ("met.v2", {**data, "place": "unknown"}) if name == "met.v1" else (name, data)

    codec: Codec[Met] = Codec({"met.v2": Met}, subject_field="subject_id", upcast=upcast)
    old = codec.decode("met.v1", {"subject_id": "s1", "occurred_at": "2026-06-01T09:00:00Z"}, {"name": "Ann Example"})
    assert old == Met(subject_id="s1", name="Ann Example", born=None, place="unknown", occurred_at=NOW)


def test_a_type_the_code_does_not_know_is_an_error() -> None:
    with pytest.raises(UnknownStoredType, match=r"left\.v1"):
        CODEC.decode("left.v1", {}, {})


def test_personal_fields_without_a_person_are_refused_at_start() -> None:
    with pytest.raises(TypeError, match="Met has personal fields but no owner_id"):
        Codec({"met.v1": Met}, subject_field="owner_id")
