"""Facts are kept per person, each as it stands, and said to the clocks they may matter to."""

from services.kit.testing import NOW
from services.referral.domain import wait_facts
from services.referral.domain.events import FactsEvent
from services.referral.domain.wait_facts import Note, WaitFacts, counts
from tests.unit.referral.clock_scenarios import contact, count, measure, spell
from tests.unit.referral.scenarios import REFERRAL, facts


def knowing(*events: FactsEvent) -> WaitFacts:
    state = wait_facts.initial()
    for event in events:
        state = wait_facts.evolve(state, event)
    return state


def test_a_fact_is_kept_once() -> None:
    for fact in (contact(), measure(), spell()):
        facts.given().when(Note(fact=fact)).then(fact)
        facts.given(fact).when(Note(fact=fact)).then()


def test_what_was_told_later_stands() -> None:
    seen, corrected = contact(told=2), contact(told=3, attendance_status="3")
    facts.given(seen).when(Note(fact=corrected)).then(corrected)
    facts.given(corrected).when(Note(fact=seen)).then()
    assert knowing(seen, corrected).counting_for(REFERRAL) == (corrected,)


def test_a_fact_of_a_referral_is_counted_for_it_alone() -> None:
    mine, anothers, nobodys = contact(), contact("b", referral_id="r-2"), contact("c", referral_id=None)
    state = knowing(spell(), spell(referral_id="r-2"), mine, anothers, nobodys)
    assert state.counting_for(REFERRAL) == (mine, nobodys)
    assert counts(Note(fact=mine), state) == [count(mine, nobodys)]


def test_a_fact_of_no_referral_is_counted_for_each() -> None:
    state = knowing(spell(), spell(referral_id="r-2"), measure())
    assert [command.referral_id for command in counts(Note(fact=measure()), state, ["r-0", "r-2"])] == sorted(
        ["r-0", "r-2", REFERRAL]
    )


def test_a_new_spell_is_counted_by_itself_with_what_was_known() -> None:
    state = knowing(measure(), spell(), spell(referral_id="r-2"))
    assert counts(Note(fact=spell()), state) == [count(measure())]
    assert spell().occurred_at < NOW
