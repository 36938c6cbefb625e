"""What is known of one person that may count for a waiting clock; it may be heard before the referral, or before the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from services.referral.domain.commands import CountFacts
from services.referral.domain.events import ContactNoted, Fact, FactsEvent, MeasureNoted, SpellNoted


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFacts:
    """The person's facts as they stand, by what they are about, and the referrals they may count for."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    spells: frozenset[str] = frozenset()

    def counting_for(self, referral_id: str) -> tuple[Fact, ...]:
        """What carries this referral's id, and what carries none."""
        return tuple(fact for fact in self.facts.values() if _referral_of(fact) in (None, referral_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Keep a fact."""

    fact: FactsEvent


def initial() -> WaitFacts:
    return WaitFacts()


def evolve(state: WaitFacts, event: FactsEvent) -> WaitFacts:
    match event:
        case ContactNoted() | MeasureNoted():
            return replace(state, facts={**state.facts, _about(event): event})
        case SpellNoted(referral_id=referral_id):
            return replace(state, spells=state.spells | {referral_id})
        case _ as never:
            assert_never(never)


def decide(command: Note, state: WaitFacts, *, now: datetime) -> list[FactsEvent]:
    """The same again changes nothing, and neither does what was told before something that is known."""
    fact = command.fact
    match fact:
        case ContactNoted() | MeasureNoted():
            known = state.facts.get(_about(fact))
            return [] if known is not None and known.told >= fact.told else [fact]
        case SpellNoted():
            return [] if fact.referral_id in state.spells else [fact]
        case _ as never:
            assert_never(never)


def counts(command: Note, state: WaitFacts, others: Iterable[str] = ()) -> list[CountFacts]:
    """The clocks to count again after a fact: of its own referral, or of each the person has.

    `others` are referrals known from elsewhere, from before these facts were kept.
    """
    named = command.fact.referral_id if isinstance(command.fact, SpellNoted) else _referral_of(command.fact)
    wanted = sorted({*state.spells, *others}) if named is None else [named]
    person_id = command.fact.person_id
    return [CountFacts(referral_id=one, person_id=person_id, facts=state.counting_for(one)) for one in wanted]


def _about(fact: Fact) -> str:
    match fact:
        case ContactNoted(contact_id=contact_id):
            return f"contact/{contact_id}"
        case MeasureNoted(measure_id=measure_id):
            return f"measure/{measure_id}"
        case _ as never:
            assert_never(never)


def _referral_of(fact: Fact) -> str | None:
    return fact.referral_id if isinstance(fact, ContactNoted) else None
