"""Between an event class and its stored form. Personal fields part ways with the rest here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter

from services.kit.personal import PERSONAL
from services.kit.record import LOST, RECOVERED, Recovered

E = TypeVar("E")

Upcast = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]


def as_stored(name: str, data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The upcaster of a service that has not yet changed a stored event."""
    return name, data


@dataclass(frozen=True, slots=True)
class Encoded:
    """An event taken apart: coded facts, personal facts, and whose they are."""

    type: str
    data: dict[str, Any]
    personal: dict[str, Any]
    subject: str | None


@dataclass(frozen=True, slots=True)
class _Shape(Generic[E]):
    name: str
    adapter: TypeAdapter[E]
    personal: Mapping[str, None]
    """The personal fields, each as it reads when it cannot be opened."""


class UnknownStoredType(Exception):
    """The log holds a type this code has no class for: it is older than the data."""


class Codec(Generic[E]):
    """Stored names to classes and back.

    `names` is the service's hand-written table; `subject_field` is the field that holds the id of the person an event is about.
    """

    def __init__(self, names: Mapping[str, type[E]], *, subject_field: str, upcast: Upcast = as_stored) -> None:
        self._subject_field = subject_field
        self._upcast = upcast
        self._by_name = {name: _shape(name, cls) for name, cls in names.items()}
        self._by_class = {cls: self._by_name[name] for name, cls in names.items()}
        for cls, shape in self._by_class.items():
            if shape.personal and subject_field not in get_type_hints(cls):
                raise TypeError(f"{cls.__name__} has personal fields but no {subject_field} to seal them for")

    @property
    def names(self) -> dict[type[E], str]:
        """The current stored name of each class."""
        return {cls: shape.name for cls, shape in self._by_class.items()}

    def encode(self, event: E) -> Encoded:
        shape = self._by_class[type(event)]
        data = shape.adapter.dump_python(event, mode="json")
        personal = {name: data.pop(name) for name in shape.personal}
        kept = {name: value for name, value in personal.items() if value is not None}
        return Encoded(shape.name, data, kept, data.get(self._subject_field) if kept else None)

    def decode(self, name: str, data: dict[str, Any], personal: Mapping[str, Any]) -> E:
        """Personal fields that could not be opened, or never were, are None. Raises UnknownStoredType.

        A lost event is a `Recovered`, of no service's own type: who folds events passes it over.
        """
        if name in {RECOVERED, LOST}:
            return cast("E", Recovered(data))
        name, data = self._upcast(name, data)
        shape = self._by_name.get(name)
        if shape is None:
            raise UnknownStoredType(name)
        if shape.personal or personal:
            data = {**data, **shape.personal, **personal}
        # The adapter's own method looks for its settings each time; a rebuild decodes every event there is.
        return cast("E", shape.adapter.validator.validate_python(data))


def _shape(name: str, cls: type[E]) -> _Shape[E]:
    hints = get_type_hints(cls, include_extras=True)
    personal = dict.fromkeys(field for field, hint in hints.items() if PERSONAL in getattr(hint, "__metadata__", ()))
    return _Shape(name, TypeAdapter(cls), personal)
