"""A plan as commands. Their ids come from what they say, so the same file sent again is the same commands again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid5

from deploy.importing.plan import Plan, PlannedForm, PlannedPerson

# Permanent: another namespace would make every person and every form of every earlier import new.
NAMESPACE = UUID("8d5f0f0e-6c1b-5c0e-9a3e-5a0b8a4c4100")
# What tells one form from another: the measure's own identity, and the answers, so that a changed answer is another
# command, which outcomes refuses. Gestation and infant age of a form that is there stay as they are.
IDENTITY = ("instrument", "completed_on", "collection_point", "orientation", "items")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMeasure:
    """One form to send to outcomes; the person's id is added when registration has answered."""

    row: int
    instrument: str
    command_id: UUID
    body: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson:
    """One person to send to referral, and that person's forms in the order of the file."""

    row: int
    command_id: UUID
    body: Mapping[str, object] = field(repr=False)
    measures: Sequence[RecordMeasure]


def commands(plan: Plan) -> list[RegisterPerson]:
    """What to send for the good rows of a plan, a person at a time."""
    return [_register(plan, person) for person in plan.people]


def _register(plan: Plan, person: PlannedPerson) -> RegisterPerson:
    origin = (plan.pcn, plan.mapping, person.reference)
    return RegisterPerson(
        row=person.row,
        command_id=_id("register-person", *origin),
        body={**person.facts, "external_reference": person.reference},
        measures=[_record(origin, form) for form in person.forms],
    )


def _record(origin: tuple[str, ...], form: PlannedForm) -> RecordMeasure:
    shared = {name: str(value) if isinstance(value, date) else value for name, value in form.shared.items()}
    answers = {"instrument": form.instrument, "items": list(form.answers), "orientation": form.orientation}
    body: dict[str, object] = answers | shared
    command_id = _id("record-measure", *origin, *(body.get(name) for name in IDENTITY))
    return RecordMeasure(row=form.row, instrument=form.instrument, command_id=command_id, body=body)


def _id(*parts: object) -> UUID:
    return uuid5(NAMESPACE, json.dumps(parts))
