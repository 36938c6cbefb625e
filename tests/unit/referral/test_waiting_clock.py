"""What meets a part of the rule, what the clock says of it, and what it takes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.kit.testing import NOW
from services.referral.domain.clock import EarlierSpell, followed
from services.referral.domain.events import Fact
from tests.unit.referral.clock_scenarios import (
    advanced,
    began,
    breached,
    contact,
    count,
    june,
    measure,
    record_breach,
    revised,
    stopped,
)
from tests.unit.referral.scenarios import (
    YESTERDAY,
    close,
    closed,
    receive,
    received,
    referrals,
    wait_started,
    withdraw,
    withdrawn,
)

STARTED = [received(), wait_started()]
LATE = datetime(2026, 6, 29, 9, tzinfo=UTC)
SEEN = advanced("first_contact", june(3), "baseline_measure", "assessment", "plan_or_intervention")
WHOLE: list[Fact] = [contact(activities=("assessment", "care_plan")), measure()]
COMPLETE = [
    SEEN,
    advanced("assessment", june(3), "baseline_measure", "plan_or_intervention"),
    advanced("plan_or_intervention", june(3), "baseline_measure"),
    advanced("baseline_measure", began(date(2026, 6, 4))),
    stopped(began(date(2026, 6, 4)), days=4),
]


def parts_of(*facts: Fact) -> list[str]:
    """The parts a clock says are met, given these facts."""
    outcome = referrals.given(*STARTED).when(count(*facts))
    return [event.part for event in outcome.events if hasattr(event, "part")]


@pytest.mark.parametrize("mechanism", ["01", "02", "04", "11"])
@pytest.mark.parametrize("status", ["5", "6"])
def test_being_seen_or_heard_is_a_first_contact(mechanism: str, status: str) -> None:
    seen = contact(consultation_mechanism=mechanism, attendance_status=status)
    referrals.given(*STARTED).when(count(seen)).then(SEEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"attendance_status": "7"},
        {"attendance_status": "3"},
        {"attendance_status": "2"},
        {"consultation_mechanism": "05"},
        {"consultation_mechanism": "09"},
        {"consultation_mechanism": None},
        {"occurred_at": YESTERDAY - timedelta(days=1)},
        {"kind": "group", "referral_id": None},
    ],
)
def test_what_is_no_first_contact(changes: dict[str, Any]) -> None:
    assert parts_of(contact(**changes)) == []


def test_an_assessment_by_message_is_an_assessment_but_no_contact() -> None:
    assert parts_of(contact(consultation_mechanism="09", activities=("assessment",))) == ["assessment"]


@pytest.mark.parametrize(
    "activity", ["care_plan", "psychological_intervention", "psychosocial_intervention", "medication"]
)
def test_a_plan_or_any_intervention_will_do(activity: str) -> None:
    assert parts_of(contact(activities=(activity, "signposting"))) == ["first_contact", "plan_or_intervention"]


def test_advice_and_signposting_do_not_count() -> None:
    assert parts_of(contact(activities=("signposting", "advice"))) == ["first_contact"]


def test_a_group_place_booked_for_the_referral_counts() -> None:
    assert parts_of(contact(kind="group", activities=("psychosocial_intervention",))) == [
        "first_contact",
        "plan_or_intervention",
    ]


def test_seen_on_the_day_of_receipt_but_before_it_was_typed_in() -> None:
    """The clock cannot stop before it started."""
    early = YESTERDAY - timedelta(hours=4)
    facts = [contact(activities=("assessment", "care_plan"), occurred_at=early), measure(completed_on=early.date())]
    events = referrals.given(*STARTED).when(count(*facts)).events
    assert events[-1] == stopped(YESTERDAY, days=0)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"completed_on": date(2026, 5, 17)}, True),
        ({"completed_on": date(2026, 5, 16)}, False),
        ({"collection_point": None}, True),
        ({"collection_point": "review"}, False),
        ({"collection_point": "end"}, False),
        ({"scored": False}, False),
    ],
)
def test_which_measure_is_a_baseline(changes: dict[str, Any], counts: bool) -> None:
    assert parts_of(measure(**changes)) == (["baseline_measure"] if counts else [])


def test_each_part_is_said_with_what_is_still_missing_and_then_the_clock_stops() -> None:
    referrals.given(*STARTED).when(count(*WHOLE)).then(*COMPLETE)


def test_the_same_facts_again_say_nothing() -> None:
    referrals.given(*STARTED, *COMPLETE).when(count(*WHOLE)).then()


def test_what_was_known_before_counts_from_the_start() -> None:
    before = measure(completed_on=date(2026, 5, 25))
    at = began(date(2026, 5, 25))
    said = advanced("baseline_measure", at, "first_contact", "assessment", "plan_or_intervention")
    knowing = replace(receive(), facts=(before,))
    referrals.given().when(knowing).then(received(), wait_started(), said)


def test_an_earlier_contact_heard_late_revises_the_clock() -> None:
    earlier = contact("home visit", occurred_at=june(1))
    referrals.given(*STARTED, SEEN).when(count(contact(), earlier)).then(revised({"first_contact": june(1)}))


def test_a_later_contact_says_nothing_new() -> None:
    referrals.given(*STARTED, SEEN).when(count(contact(), contact("again", occurred_at=june(9)))).then()


def test_an_attendance_taken_back_sets_the_clock_going_again() -> None:
    met = {"baseline_measure": began(date(2026, 6, 4))}
    missed = contact(attendance_status="3")
    referrals.given(*STARTED, *COMPLETE).when(count(missed, measure())).then(revised(met))
    referrals.given(*STARTED, *COMPLETE, revised(met)).when(count(*WHOLE)).then(
        advanced("first_contact", june(3), "assessment", "plan_or_intervention"),
        advanced("assessment", june(3), "plan_or_intervention"),
        advanced("plan_or_intervention", june(3)),
        stopped(began(date(2026, 6, 4)), days=4),
    )


def test_who_had_everything_before_the_end_was_complete_though_it_was_heard_after() -> None:
    early = contact(activities=("assessment", "care_plan"), occurred_at=YESTERDAY)
    same_day = measure(completed_on=YESTERDAY.date())
    ended = [closed(), stopped(NOW, days=1, why="closed")]
    met = {"baseline_measure": began(YESTERDAY.date())} | dict.fromkeys(
        ("first_contact", "assessment", "plan_or_intervention"), YESTERDAY
    )
    (event,) = referrals.given(*STARTED, *ended).when(count(early, same_day)).events
    assert event == revised(met, (YESTERDAY, 0, "complete"))


def test_what_comes_after_the_end_is_not_its_own() -> None:
    history = [*STARTED, withdrawn(), stopped(NOW, days=1, why="withdrawn")]
    referrals.given(*history).when(count(*WHOLE)).then()


def test_a_complete_clock_is_not_stopped_again_by_the_end() -> None:
    late(*STARTED, *COMPLETE).when(close()).then(closed(occurred_at=LATE))
    late(*STARTED, *COMPLETE).when(withdraw()).then(withdrawn(occurred_at=LATE))


def test_somebody_elses_facts_and_a_referral_not_received_count_for_nothing() -> None:
    referrals.given(*STARTED).when(count(*WHOLE, person_id="another")).then()
    referrals.given().when(count(*WHOLE)).then()


def test_a_clock_whose_rule_did_not_say_what_stops_it_is_counted_by_the_next() -> None:
    old = wait_started(rule_version="waiting-clock-1")
    referrals.given(received(), old).when(count(contact())).then(SEEN)


def late(*history: Any) -> Any:
    """A referral looked at on the day after its clock was due."""
    return replace(referrals, now=LATE).given(*history)


def test_a_breach_is_said_once_with_what_is_missing() -> None:
    said = breached("baseline_measure", "assessment", "plan_or_intervention")
    late(*STARTED, SEEN).when(record_breach(contact())).then(said)
    late(*STARTED, SEEN, said).when(record_breach(contact())).then()


def test_on_the_day_it_is_due_it_is_not_late() -> None:
    referrals.given(*STARTED).when(record_breach()).refused_with("wait-not-yet-due")


def test_everything_known_is_counted_before_a_breach_is_said() -> None:
    late(*STARTED).when(record_breach(*WHOLE)).then(*COMPLETE)
    late(*STARTED, *COMPLETE).when(record_breach(*WHOLE)).then()


@pytest.mark.parametrize(
    ("ended_days_ago", "follows"),
    [([40, 12], "spell-1"), ([30], "spell-0"), ([31], None), ([None], None), ([-2], None)],
)
def test_a_return_within_thirty_days_names_the_spell_it_follows(
    ended_days_ago: list[int | None], follows: str | None
) -> None:
    spells = [
        EarlierSpell(spell_id=f"spell-{number}", ended_at=None if days is None else NOW - timedelta(days=days))
        for number, days in enumerate(ended_days_ago)
    ]
    assert followed(spells, NOW) == follows
