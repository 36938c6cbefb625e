"""Which kinds of event a read model can heed at all, so that the rest need not be decoded.

`key_of` is asked about an event that has nothing in it and notes who looks. If it says None without having looked, the answer
depends on the class alone, and is None for every event of it. `key_of` tells classes apart by `match` or `isinstance`.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId

KeyOf = Callable[[Recorded[Any]], str | None]

_WHOLE = frozenset({"__dict__", "model_dump", "model_dump_json"})
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Looked(Exception):
    """A field of the event was read."""


def heeded(model: ReadModel[Any, Any], kinds: Iterable[type]) -> frozenset[type]:
    """Those of the event classes that may touch a row of this read model."""
    return frozenset(kind for kind in kinds if _may_heed(model.key_of, kind))


@cache
def _may_heed(key_of: KeyOf, kind: type) -> bool:
    try:
        return key_of(_recorded(_hollow(kind))) is not None
    except Exception:  # noqa: BLE001 - whatever a hollow event leads to, it was looked into
        return True


@cache
def _hollow(kind: type) -> Any:
    """An instance without values. Constants of the class may be read: they are the same in every event of it."""
    names = {field.name for field in fields(kind)} if is_dataclass(kind) else set(getattr(kind, "model_fields", ()))

    def look(event: Any, name: str) -> Any:
        # `match` takes an AttributeError for "no such field", so it must be another error.
        if name in names or name in _WHOLE:
            raise _Looked(name)
        return object.__getattribute__(event, name)

    spy = type(kind)(kind.__name__, (kind,), {"__slots__": (), "__getattribute__": look, "__module__": __name__})
    return object.__new__(spy)


def _recorded(event: Any) -> Recorded[Any]:
    """Only `event` is asked for before anything else of a record is: key_of goes by the event."""
    return Recorded(
        event=event,
        tenant=TenantId("U00000"),
        stream="",
        version=1,
        position=1,
        type="",
        event_id=UUID(int=0),
        occurred_at=_NEVER,
        recorded_at=_NEVER,
        actor="",
    )
