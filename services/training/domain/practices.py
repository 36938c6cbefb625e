"""The practices of the network, as they are heard of."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from services.kit.errors import DomainError, Kind
from services.training.domain.events import Practice, PracticesEvent, PracticesNoted


class PracticeUnknown(DomainError):
    """This practice does not belong to the network. A newly added practice is known after a moment."""

    slug = "practice-unknown"
    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Practices:
    """The list last heard of (None: none yet), and the codes of every practice that ever was on one."""

    latest: tuple[Practice, ...] | None = None
    ever: frozenset[str] = frozenset()


def initial() -> Practices:
    return Practices()


def evolve(state: Practices, event: PracticesEvent) -> Practices:
    match event:
        case PracticesNoted(practices=practices):
            codes = {practice.ods_code for practice in practices}
            return Practices(latest=practices, ever=state.ever | codes)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePractices:
    """These were the network's practices from this instant."""

    pcn_ods_code: str
    practices: tuple[Practice, ...]
    configured_at: datetime


def stream_of(pcn_ods_code: str) -> str:
    return f"pcn-{pcn_ods_code}"


def decide(command: NotePractices, state: Practices, *, now: datetime) -> list[PracticesEvent]:
    """The same practices again change nothing. A fact already: always taken."""
    if command.practices == state.latest:
        return []
    noted = PracticesNoted(
        pcn_ods_code=command.pcn_ods_code, practices=command.practices, occurred_at=command.configured_at
    )
    return [noted]


def require_practice(state: Practices, ods_code: str | None, *, field: str) -> None:
    """Somebody without a practice is welcome, and so is one whose practice has left since. Raises PracticeUnknown."""
    if ods_code is not None and ods_code not in state.ever:
        raise PracticeUnknown(field=field)
