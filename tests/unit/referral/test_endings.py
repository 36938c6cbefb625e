"""A referral ends by being redirected, withdrawn or closed: with a reason, once, and never by a criterion."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.kit.testing import NOW
from tests.unit.referral.clock_scenarios import advanced, contact, count, june, revised, stopped
from tests.unit.referral.scenarios import (
    YESTERDAY,
    accept,
    accepted,
    close,
    closed,
    received,
    redirect,
    redirected,
    referrals,
    triage,
    triaged,
    wait_started,
    withdraw,
    withdrawn,
)

ENDINGS = [
    pytest.param(redirect, redirected, "redirected", id="redirected"),
    pytest.param(withdraw, withdrawn, "withdrawn", id="withdrawn"),
    pytest.param(close, closed, "closed", id="closed"),
]
OPEN = [[received(), wait_started()], [received(), wait_started(), triaged()]]


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
@pytest.mark.parametrize("history", OPEN)
def test_an_ending_stops_the_clock_with_its_own_word(history: list[Any], end: Any, ended: Any, why: str) -> None:
    referrals.given(*history).when(end(note="Spoke to them.")).then(
        ended(note="Spoke to them."), stopped(NOW, days=1, why=why)
    )


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
def test_the_same_again_changes_nothing(end: Any, ended: Any, why: str) -> None:
    referrals.given(received(), wait_started(), ended()).when(end()).then()


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
def test_another_reason_or_a_second_note_is_not_lost_in_silence(end: Any, ended: Any, why: str) -> None:
    for again in (end(reason="moved_away"), end(note="One more thing.")):
        referrals.given(received(), ended()).when(again).refused_with(f"referral-already-{why}")


@pytest.mark.parametrize(
    ("ended", "slug"),
    [
        (redirected, "referral-already-redirected"),
        (withdrawn, "referral-already-withdrawn"),
        (closed, "referral-already-closed"),
    ],
)
def test_what_has_ended_goes_no_further(ended: Any, slug: str) -> None:
    others = [end() for end, its, _ in (param.values for param in ENDINGS) if its is not ended]
    for command in (triage(), accept(), *others):
        referrals.given(received(), wait_started(), triaged(), ended()).when(command).refused_with(slug)


def test_who_was_accepted_is_not_sent_on_but_may_leave_or_finish() -> None:
    history = [received(), wait_started(), triaged(), accepted()]
    referrals.given(*history).when(redirect()).refused_with("referral-already-accepted")
    referrals.given(*history).when(withdraw()).then(withdrawn(), stopped(NOW, days=1, why="withdrawn"))
    referrals.given(*history).when(close()).then(closed(), stopped(NOW, days=1, why="closed"))


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
def test_an_unknown_referral_cannot_end(end: Any, ended: Any, why: str) -> None:
    referrals.given().when(end()).refused_with("referral-unknown")


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
def test_an_ending_put_down_later_stops_the_clock_when_it_took_place(end: Any, ended: Any, why: str) -> None:
    then = NOW - timedelta(hours=3)
    referrals.given(received(), wait_started()).when(end(happened_at=then)).then(
        ended(occurred_at=then), stopped(then, days=1, why=why)
    )


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
@pytest.mark.parametrize(
    ("happened_at", "slug"),
    [
        (NOW + timedelta(minutes=2), "happened-in-future"),
        (YESTERDAY - timedelta(minutes=1), "happened-before-receipt"),
    ],
)
def test_nothing_ends_in_the_future_or_before_it_began(
    happened_at: datetime, slug: str, end: Any, ended: Any, why: str
) -> None:
    referrals.given(received(), wait_started()).when(end(happened_at=happened_at)).refused_with(slug)


@pytest.mark.parametrize(("end", "ended", "why"), ENDINGS)
def test_what_was_met_after_an_ending_put_down_later_is_taken_back(end: Any, ended: Any, why: str) -> None:
    """As if the end had been known before them: the clock is the same whichever was heard first."""
    missing = ("baseline_measure", "assessment", "plan_or_intervention")
    history = [received(), wait_started(), advanced("first_contact", june(3), *missing)]
    late = replace(referrals, now=june(10))
    then = june(2)
    stop = replace(revised({}, (then, 2, why)), occurred_at=june(10))
    late.given(*history).when(end(happened_at=then)).then(ended(occurred_at=then), stop)
    late.given(*history, ended(occurred_at=then), stop).when(count(contact())).then()
