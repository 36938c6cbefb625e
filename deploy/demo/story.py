"""What a demonstration is made of: stories, each a list of commands in the order they happened."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

_NAMESPACE = UUID("5f0f1d1e-6a52-5c8e-9a34-8a4f0f6f1201")
_REFERENCE = re.compile(r"\{([a-z0-9.-]+)\}")

CLINICIAN, COORDINATOR, IMPORTER = "clinician", "coordinator", "importer"

Ids = Mapping[str, str]
"""Ids the services answered, by the reference they are kept under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command. `{reference}` in path and body stands for an id that an earlier step was answered and kept.

    `name` is the step's own within its story; the id of the command is made of network, story and name, whatever the day.
    `flags` is the item of a questionnaire whose answer calls for a clinician's eyes; its flag's id is kept under `<keeps>.flag`.
    """

    name: str
    account: str
    service: str
    path: str
    body: Mapping[str, Any]
    keeps: str | None = None
    flags: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happens to one family, at one session, to the team. `opening` comes before the rest of any story."""

    pcn: str
    key: str
    opening: Sequence[Step] = ()
    course: Sequence[Step] = ()

    def command_id(self, step: Step) -> UUID:
        return uuid5(_NAMESPACE, f"{self.pcn}/{self.key}/{step.name}")


def filled(value: Any, ids: Ids) -> Any:
    """A path or a body with its references resolved. Raises KeyError for one that nothing was kept under."""
    match value:
        case str():
            return _REFERENCE.sub(lambda found: ids[found[1]], value)
        case Mapping():
            return {name: filled(part, ids) for name, part in value.items()}
        case list():
            return [filled(part, ids) for part in value]
        case _:
            return value
