"""Certificates of attendance in words. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.portal.professionals import Professional
from services.portal.readmodels.pcns import PcnRow
from services.portal.readmodels.training_sessions import TrainingSessionRow
from services.portal.web.moments import span_in_words, weekday_in_words
from services.portal.web.words import word

_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    name: str
    profession: str
    course: str
    day: str
    time: str
    lasted: str
    objectives: list[str]
    network: str


def certificates(
    session: TrainingSessionRow, register: Sequence[Professional], network: PcnRow | None
) -> tuple[list[Certificate], int]:
    """One for everybody whose name is known, by name; and how many there are without a name."""
    named = [(each.full_name, each) for each in register if each.full_name]
    made = [
        Certificate(
            name=name,
            profession=word("professional_type", each.professional_type),
            course=word("course", session.course),
            day=weekday_in_words(session.starts_at),
            time=span_in_words(session.starts_at, session.ends_at),
            lasted=_lasted(session.starts_at, session.ends_at),
            objectives=[word("objective", objective) for objective in session.objectives],
            network=network.name if network else "",
        )
        for name, each in sorted(named, key=lambda pair: pair[0].casefold())
    ]
    return made, len(register) - len(made)


def _lasted(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """1 hour 30 minutes"""
    if starts_at is None or ends_at is None:
        return ""
    hours, minutes = divmod(round((ends_at - starts_at).total_seconds() / _MINUTES), _MINUTES)
    parts = [_counted(hours, "hour"), _counted(minutes, "minute")]
    return " ".join(part for part in parts if part)


def _counted(count: int, what: str) -> str:
    if not count:
        return ""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
