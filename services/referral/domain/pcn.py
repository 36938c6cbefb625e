"""A network: what it is called, which practices belong to it, what it offers, how long a wait may be."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import combinations
from typing import TypeAlias, assert_never

from services.kit.errors import DomainError, Kind
from services.referral.domain.events import PcnConfigured, PcnEvent, Practice

LONGEST_WAIT_DAYS = 3 * 365


class UnknownPcn(DomainError):
    """This network has not been set up yet."""

    slug = "pcn-unknown"
    kind = Kind.NOT_FOUND


class DifferentPcn(DomainError):
    """The settings are those of another network."""

    slug = "pcn-different"
    kind = Kind.INVALID


class RepeatedPractice(DomainError):
    """A practice is in the list twice for the same time."""

    slug = "practice-repeated"
    kind = Kind.INVALID


class NoWaitingThreshold(DomainError):
    """A network has a waiting time of at least one day, and of three years at most."""

    slug = "waiting-threshold-invalid"
    kind = Kind.INVALID


class UnknownPractice(DomainError):
    """This practice does not belong to the network."""

    slug = "practice-unknown"
    kind = Kind.REFUSED


class StrandNotOffered(DomainError):
    """The network does not offer this strand of care."""

    slug = "care-strand-not-offered"
    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConfigured:
    """Nobody has brought this network on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """The network's settings as they are now."""

    settings: PcnConfigured


Pcn: TypeAlias = NotConfigured | Configured


def initial() -> Pcn:
    return NotConfigured()


def evolve(state: Pcn, event: PcnEvent) -> Pcn:
    match event:
        case PcnConfigured():
            return Configured(settings=event)
        case _ as never:
            assert_never(never)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurePcn:
    """Bring a network on, or change its settings: the whole of them."""

    pcn_ods_code: str
    name: str
    practices: tuple[Practice, ...]
    care_strands: tuple[str, ...]
    waiting_threshold_days: int
    commissioner_ods_code: str | None = None


def decide(command: ConfigurePcn, state: Pcn, *, now: datetime) -> list[PcnEvent]:
    """The same settings again change nothing. Raises RepeatedPractice, NoWaitingThreshold."""
    if _repeated(command.practices):
        raise RepeatedPractice(field="practices")
    if not 1 <= command.waiting_threshold_days <= LONGEST_WAIT_DAYS:
        raise NoWaitingThreshold(field="waiting_threshold_days")
    configured = PcnConfigured(
        pcn_ods_code=command.pcn_ods_code,
        name=command.name,
        practices=command.practices,
        care_strands=command.care_strands,
        waiting_threshold_days=command.waiting_threshold_days,
        commissioner_ods_code=command.commissioner_ods_code,
        occurred_at=now,
    )
    return [] if _same_settings(state, configured) else [configured]


def settings_of(state: Pcn) -> PcnConfigured:
    """Raises UnknownPcn."""
    match state:
        case Configured():
            return state.settings
        case NotConfigured():
            raise UnknownPcn
        case _ as never:
            assert_never(never)


def require_practice(settings: PcnConfigured, practice_ods_code: str | None, day: date) -> None:
    """The practice is one of the network's on this day; a person without one is welcome. Raises UnknownPractice."""
    members = {practice.ods_code for practice in settings.practices if practice.belongs_on(day)}
    if practice_ods_code is not None and practice_ods_code not in members:
        raise UnknownPractice(field="practice_ods_code")


def require_strand(settings: PcnConfigured, care_strand: str) -> None:
    """Raises StrandNotOffered."""
    if care_strand not in settings.care_strands:
        raise StrandNotOffered(field="care_strand")


def _repeated(practices: tuple[Practice, ...]) -> bool:
    return any(a.ods_code == b.ods_code and _overlap(a, b) for a, b in combinations(practices, 2))


def _overlap(a: Practice, b: Practice) -> bool:
    """Whether a practice that left and came back is listed with periods that meet."""
    a_first = a.left_on is not None and b.joined_on is not None and a.left_on <= b.joined_on
    b_first = b.left_on is not None and a.joined_on is not None and b.left_on <= a.joined_on
    return not (a_first or b_first)


def _same_settings(state: Pcn, configured: PcnConfigured) -> bool:
    match state:
        case NotConfigured():
            return False
        case Configured(settings=settings):
            return replace(configured, occurred_at=settings.occurred_at) == settings
        case _ as never:
            assert_never(never)
