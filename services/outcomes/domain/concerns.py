"""Safeguarding concerns of one person. Several may be open at once: one for each child, one for the parent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from services.outcomes.domain.days import require_past
from services.outcomes.domain.events import (
    SafeguardingConcernClosed,
    SafeguardingConcernOpened,
    SafeguardingLevelChanged,
)
from services.outcomes.domain.refusals import BeforeLastChange, ConcernClosed, ConcernUnknown, EndBeforeStart


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A concern as it now stands; `since` is the day its level was last set."""

    level: str
    opened_on: date
    since: date
    closed: bool = False


Concerns: TypeAlias = Mapping[str, Concern]
"""By concern id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConcern:
    """Somebody is worried about the safety of the person or a child."""

    person_id: str
    concern_id: str
    level: str
    opened_on: date
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLevel:
    """The concern is taken further, or less far, from this day."""

    person_id: str
    concern_id: str
    level: str
    changed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConcern:
    """The concern is over."""

    person_id: str
    concern_id: str
    reason: str
    closed_on: date


def open_concern(command: OpenConcern, concerns: Concerns, now: datetime) -> list[SafeguardingConcernOpened]:
    """Once for each id. Raises DayInFuture, DayTooEarly."""
    if command.concern_id in concerns:
        return []
    require_past(command.opened_on, now, field="opened_on")
    opened = SafeguardingConcernOpened(
        concern_id=command.concern_id,
        person_id=command.person_id,
        level=command.level,
        opened_on=command.opened_on,
        note=command.note,
        occurred_at=now,
    )
    return [opened]


def change_level(command: ChangeLevel, concerns: Concerns, now: datetime) -> list[SafeguardingLevelChanged]:
    """The level it has already changes nothing.

    Raises ConcernUnknown, ConcernClosed, DayInFuture, DayTooEarly, BeforeLastChange.
    """
    concern = _open(concerns, command.concern_id)
    require_past(command.changed_on, now, field="changed_on")
    if command.changed_on < concern.since:
        raise BeforeLastChange(field="changed_on")
    if command.level == concern.level:
        return []
    changed = SafeguardingLevelChanged(
        concern_id=command.concern_id,
        person_id=command.person_id,
        level=command.level,
        changed_on=command.changed_on,
        occurred_at=now,
    )
    return [changed]


def close_concern(command: CloseConcern, concerns: Concerns, now: datetime) -> list[SafeguardingConcernClosed]:
    """Raises ConcernUnknown, ConcernClosed, DayInFuture, DayTooEarly, EndBeforeStart, BeforeLastChange."""
    concern = _open(concerns, command.concern_id)
    require_past(command.closed_on, now, field="closed_on")
    if command.closed_on < concern.opened_on:
        raise EndBeforeStart(field="closed_on")
    if command.closed_on < concern.since:
        raise BeforeLastChange(field="closed_on")
    closed = SafeguardingConcernClosed(
        concern_id=command.concern_id,
        person_id=command.person_id,
        reason=command.reason,
        closed_on=command.closed_on,
        occurred_at=now,
    )
    return [closed]


def _open(concerns: Concerns, concern_id: str) -> Concern:
    concern = concerns.get(concern_id)
    if concern is None:
        raise ConcernUnknown(field="concern_id")
    if concern.closed:
        raise ConcernClosed(field="concern_id")
    return concern
