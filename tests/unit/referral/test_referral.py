from datetime import UTC, date, datetime, timedelta

import pytest

from services.kit.testing import NOW
from tests.unit.referral.scenarios import (
    YESTERDAY,
    accept,
    accepted,
    receive,
    received,
    referrals,
    triage,
    triaged,
    wait_started,
)


def test_a_midwife_refers_and_the_clock_starts() -> None:
    referrals.given().when(receive()).then(received(), wait_started())


@pytest.mark.parametrize("source", ["B1", "B2"])
def test_a_family_asks_for_help_itself(source: str) -> None:
    asked = {"source_of_referral": source, "referring_org_ods_code": None, "referring_professional_type": None}
    referrals.given().when(receive(**asked)).then(received(**asked, self_referred=True), wait_started())


def test_the_clock_takes_the_networks_own_threshold() -> None:
    referrals.given().when(receive(threshold_days=42)).then(received(), wait_started(due_on=date(2026, 7, 12)))


def test_the_clock_counts_from_the_day_it_was_in_england() -> None:
    """A referral at 23:30 UTC on 31 May came on 1 June; in winter the same hour is still the same day."""
    summer = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
    winter = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    for at, due_on in ((summer, date(2026, 6, 2)), (winter, date(2026, 2, 1))):
        referrals.given().when(receive(threshold_days=1, received_at=at)).then(
            received(occurred_at=at), wait_started(due_on=due_on, occurred_at=at)
        )


def test_a_referral_from_the_future_is_refused() -> None:
    later = receive(received_at=NOW + timedelta(minutes=2))
    referrals.given().when(later).refused_with("received-in-future", "received_at")


def test_a_moment_ahead_is_another_servers_clock() -> None:
    at = NOW + timedelta(seconds=1)
    referrals.given().when(receive(received_at=at)).then(
        received(occurred_at=at), wait_started(due_on=date(2026, 6, 29), occurred_at=at)
    )


def test_a_referral_is_received_once() -> None:
    for history in ([received()], [received(), triaged()], [received(), triaged(), accepted()]):
        referrals.given(*history).when(receive()).refused_with("referral-already-received")


def test_a_clinician_triages() -> None:
    referrals.given(received(), wait_started()).when(triage("1", "Call today.")).then(
        triaged(clinical_response_priority="1", note="Call today.")
    )


def test_the_same_priority_again_changes_nothing() -> None:
    referrals.given(received(), wait_started(), triaged()).when(triage("2")).then()


def test_another_priority_is_refused() -> None:
    referrals.given(received(), triaged()).when(triage("1")).refused_with("referral-already-triaged")


def test_a_second_note_is_not_lost_in_silence() -> None:
    referrals.given(received(), triaged()).when(triage("2", "One more thing.")).refused_with("referral-already-triaged")


def test_an_unknown_referral_cannot_be_triaged() -> None:
    referrals.given().when(triage()).refused_with("referral-unknown")


def test_an_accepted_referral_is_not_triaged_again() -> None:
    referrals.given(received(), triaged(), accepted()).when(triage()).refused_with("referral-already-accepted")


def test_a_family_is_accepted_to_a_strand() -> None:
    referrals.given(received(), wait_started(), triaged()).when(accept()).then(accepted())


def test_the_same_strand_again_changes_nothing() -> None:
    referrals.given(received(), triaged(), accepted()).when(accept()).then()


def test_another_strand_is_refused() -> None:
    referrals.given(received(), triaged(), accepted()).when(accept("universal")).refused_with(
        "referral-already-accepted", "care_strand"
    )


def test_triage_comes_first() -> None:
    referrals.given(received(), wait_started()).when(accept()).refused_with("referral-not-triaged")


def test_an_unknown_referral_cannot_be_accepted() -> None:
    referrals.given().when(accept()).refused_with("referral-unknown")


def test_triage_and_acceptance_may_be_put_down_later_than_they_took_place() -> None:
    then = NOW - timedelta(hours=3)
    referrals.given(received(), wait_started()).when(triage(happened_at=then)).then(triaged(occurred_at=then))
    referrals.given(received(), wait_started(), triaged()).when(accept(happened_at=then)).then(
        accepted(occurred_at=then)
    )


def test_neither_takes_place_before_the_referral_was_received() -> None:
    early = YESTERDAY - timedelta(minutes=1)
    referrals.given(received(), wait_started()).when(triage(happened_at=early)).refused_with(
        "happened-before-receipt", "happened_at"
    )
    referrals.given(received(), wait_started(), triaged()).when(accept(happened_at=early)).refused_with(
        "happened-before-receipt", "happened_at"
    )
