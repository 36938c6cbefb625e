"""Confidence before and after, the four impacts, equity with small numbers hidden, data quality: against cases worked by hand."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.event import PublicEvent
from contracts.outcomes import (
    MhaPeriodEndedV1,
    MhaPeriodStartedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
)
from contracts.scheduling import AppointmentBookedV1, SessionAttendedV1
from contracts.training import CommunityInputLoggedV1, ConfidenceRecordedV1, TrainingAttendanceRemovedV1
from services.portal.readmodels.evidence import EVIDENCE, Evidence
from services.portal.report.crossing import crossings
from services.portal.report.evaluation import Evaluation, as_json, evaluation_of
from services.portal.report.intervals import wilson
from services.portal.report.suppression import HIDDEN, Suppression
from services.portal.report.text import as_csv
from tests.unit.portal import scenarios as given
from tests.unit.portal import training_scenarios as happened
from tests.unit.portal.scenarios import PCN, an_id, heard, wait_started

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
AS_AT = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


def as_evidence(event: PublicEvent, stream: str, version: int) -> Evidence:
    row = EVIDENCE.evolve(None, heard(event, stream, version))
    assert row is not None
    return Evidence(
        row.stream, row.version, row.type, row.subject, row.day, row.occurred_at, row.recorded_at, row.facts
    )


def report_of(streams: dict[str, Iterable[PublicEvent]]) -> Evaluation:
    facts = [
        as_evidence(event, stream, version)
        for stream, events in streams.items()
        for version, event in enumerate(events, start=1)
    ]
    facts.sort(key=lambda fact: (fact.day, fact.occurred_at, fact.stream, fact.version))
    return evaluation_of(PCN, facts, FIRST, LAST, AS_AT)


def said(attendee: str, before: int | None, after: int | None, **changes: Any) -> ConfidenceRecordedV1:
    facts = {
        "training_session_id": happened.TRAINING,
        "attendee_id": an_id(attendee),
        "objective": "ask-about-mood",
        "scale": "0-10",
        "before": before,
        "after": after,
        "recorded_at": happened.HELD,
    }
    return ConfidenceRecordedV1(**(facts | changes))


def trained(attendee: str) -> PublicEvent:
    return happened.trained(an_id(attendee))


def test_confidence_is_compared_in_pairs() -> None:
    # After minus before: 5, 3, 1. Mean 3, sd 2, half width t(2) * 2 / sqrt(3) = 4.302653 * 1.154701 = 4.968275.
    # First answers 3, 4, 5: sd 1, so d_b is 3.
    answers = [said("a", 3, 8), said("b", 4, 7), said("c", 5, 6), said("d", 2, None), said("e", None, 9)]
    register = [happened.training_held(), *map(trained, "abcde"), *answers]
    confidence = report_of({"training-session-1": register}).training["confidence"]["0-10"]["ask-about-mood"]
    assert (confidence["pairs"], confidence["only_before"], confidence["only_after"]) == (3, 1, 1)
    assert (confidence["mean_before"], confidence["mean_after"], confidence["mean_change"]) == (4, 7, 3)
    assert (confidence["sd_change"], confidence["effect_size_d_b"]) == (2, 3)
    assert confidence["ci95"] == pytest.approx((3 - 4.968275, 3 + 4.968275), abs=1e-5)


def test_scales_are_never_pooled() -> None:
    other = said("b", 2, 4, training_session_id=an_id("other"), scale="1-5")
    report = report_of({"training-session-1": [said("a", 3, 8)], "training-session-2": [other]})
    assert {scale: numbers["ask-about-mood"]["pairs"] for scale, numbers in report.training["confidence"].items()} == {
        "0-10": 1,
        "1-5": 1,
    }


def test_a_corrected_register_counts_as_it_was_told_last() -> None:
    gone = TrainingAttendanceRemovedV1(
        training_session_id=happened.TRAINING,
        attendee_id=an_id("b"),
        attended_at=happened.HELD,
        removed_at=happened.HELD + timedelta(days=1),
    )
    register = [trained("a"), said("a", 3, 8), trained("b"), said("b", 1, 2), gone, said("a", 4, 8)]
    training = report_of({"training-session-1": register}).training
    assert (training["attendances"], training["professionals"]) == (1, 1)
    assert training["confidence"]["0-10"]["ask-about-mood"]["mean_change"] == 4
    taken_back = report_of({"training-session-1": [trained("a"), said("a", 3, 8), said("a", None, None)]}).training
    assert (taken_back["attendances"], taken_back["confidence"]) == (1, {})


def test_a_wait_is_breached_when_its_day_went_by_whether_anybody_said_so() -> None:
    waits: dict[str, list[PublicEvent]] = {
        "in time": [happened.stopped(days=9)],
        "late": [happened.stopped(days=33)],
        "withdrawn late": [happened.stopped(days=33, why="withdrawn")],
        "still running": [],
        "said once, in time after all": [happened.breached(), happened.stopped(days=9)],
    }
    of_a_spell = {
        name: [event.model_copy(update={"spell_id": an_id(name)}) for event in (wait_started(), *events)]
        for name, events in waits.items()
    }
    report = report_of(of_a_spell)
    assert (report.waits["started"], report.waits["complete_in_time"], report.waits["breached"]) == (5, 2, 3)


def concern(
    name: str, opened: date, closed: date | None = None, reason: str = "no-longer-at-risk"
) -> list[PublicEvent]:
    about = {"concern_id": an_id(name), "person_id": an_id(f"person {name}")}
    events: list[PublicEvent] = [SafeguardingConcernOpenedV1(**about, level="concern-raised", opened_on=opened)]
    return [*events, SafeguardingConcernClosedV1(**about, reason=reason, closed_on=closed)] if closed else events


def test_safeguarding_counts_what_is_active_at_both_ends() -> None:
    report = report_of(
        {
            "restricted-before": concern("before", date(2026, 4, 1)),
            "restricted-closed": concern("closed", date(2026, 4, 2), date(2026, 5, 10)),
            "restricted-eve": concern("eve", date(2026, 4, 3), date(2026, 4, 30)),
            "restricted-opened": concern("opened", date(2026, 5, 31)),
            "restricted-after": concern("after", date(2026, 6, 1)),
            "restricted-error": concern("error", date(2026, 5, 2), date(2026, 6, 5), "opened-in-error"),
        }
    )
    assert report.impacts["safeguarding"] == {
        "active_at_start": 2,
        "opened": 1,
        "closed": 1,
        "active_at_end": 2,
        "people_at_end": 2,
        "change": 0,
    }


def period(
    name: str, person: str, started: date, counts_as: str | None, ended: date | None = None
) -> list[PublicEvent]:
    about = {"period_id": an_id(name), "person_id": an_id(person)}
    begun: list[PublicEvent] = [MhaPeriodStartedV1(**about, legal_status="02", counts_as=counts_as, started_on=started)]
    return [*begun, MhaPeriodEndedV1(**about, ended_on=ended)] if ended else begun


def test_a_person_detained_twice_is_one_person() -> None:
    report = report_of(
        {
            "restricted-1": period("one", "a", date(2026, 5, 2), "detention", date(2026, 5, 9)),
            "restricted-2": period("two", "a", date(2026, 5, 20), "detention"),
            "restricted-3": period("three", "b", date(2026, 5, 3), "short-term-order"),
            "restricted-4": period("four", "c", date(2026, 5, 3), None),
            "restricted-5": period("five", "d", date(2026, 4, 30), "detention"),
        }
    )
    assert report.impacts["mha"] == {
        "detentions": 2,
        "short_term_orders": 1,
        "guardianships": 0,
        "people_detained": 1,
        "detained_at_end": 2,
    }


def scored(person: str, *scores: tuple[str, float]) -> list[PublicEvent]:
    """Questionnaires a day apart."""
    return [
        given.measured(
            {"total": score},
            person_id=an_id(person),
            measure_id=an_id(f"{person} {day}"),
            instrument=code,
            completed_on=date(2026, 5, 1) + timedelta(days=day),
        )
        for day, (code, score) in enumerate(scores)
    ]


def test_a_person_is_improved_once_whatever_they_filled_in() -> None:
    # Points that count: EPDS 4, PHQ-9 6, GAD-7 4 (measures.md 3.3: PHQ-9 10 to 15 is not deteriorated, GAD-7 12 to 9 not improved).
    report = report_of(
        {
            "record-a": scored("a", ("epds", 16), ("epds", 9), ("gad7", 12), ("gad7", 9)),
            "record-b": scored("b", ("phq9", 15), ("phq9", 8), ("gad7", 9), ("gad7", 13)),
            "record-c": scored("c", ("phq9", 10), ("phq9", 15)),
            "record-d": scored("d", ("gad7", 5), ("gad7", 12)),
            "record-e": scored("e", ("epds", 20)),
        }
    )
    health = report.impacts["parental_mental_health"]
    assert (health["people"], health["improved"], health["mixed"], health["no_change"], health["deteriorated"]) == (
        4,
        1,
        1,
        1,
        1,
    )
    assert health["improved_ci95"] == wilson(1, 4)
    assert health["scores"]["gad7"]["total"]["n"] == 3
    assert report.impacts["parent_infant_relationship"]["people"] == 0


def test_the_published_case_of_three_people() -> None:
    # measures.md 3.1, case 41: first 8, 6, 4; latest 2, 3, 4: means 6.0 and 3.0, mean progress 3.0.
    report = report_of(
        {f"record-{name}": scored(name, ("core10", first), ("core10", last)) for name, first, last in CASE_41}
    )
    [core] = report.measures
    assert (core.first.n, core.first.mean, core.last.mean, core.pairs.mean_change) == (3, 6, 3, -3)


CASE_41 = (("a", 8.0, 2.0), ("b", 6.0, 3.0), ("c", 4.0, 4.0))


def test_readings_out_of_order_are_put_in_order_by_their_day() -> None:
    # measures.md 3.3, case C5: the latest date wins, and the first reading is not counted twice.
    late = scored("a", ("epds", 9), ("epds", 12), ("epds", 18))
    [epds] = report_of({"record-a": list(reversed(late))}).measures
    assert (epds.first.mean, epds.last.mean, epds.pairs.n, epds.pairs.mean_change) == (9, 18, 1, 9)


def test_who_is_below_a_cut_off_in_the_end() -> None:
    crossed = crossings([(12, 9), (10, 10), (9, 3), (14, 8)], (10, 13))
    assert (crossed["10"].of, crossed["10"].below, crossed["10"].ci95) == (3, 2, wilson(2, 3))
    assert (crossed["13"].of, crossed["13"].below, crossed["13"].share) == (1, 1, 1)


def test_those_with_one_score_are_told_apart() -> None:
    people = {"record-a": scored("a", ("epds", 20), ("epds", 10)), "record-b": scored("b", ("epds", 6))}
    [epds] = report_of(people).measures
    assert (epds.unpaired.n, epds.unpaired.mean, epds.pairs.first.mean) == (1, 6, 20)


@pytest.mark.parametrize(
    ("count", "shown"), [(0, HIDDEN), (4, HIDDEN), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (173, 175)]
)
def test_a_count_is_hidden_or_rounded(count: int, shown: int | str) -> None:
    assert Suppression(fewest=5, nearest=5).count(count) == shown


def test_a_share_is_hidden_with_either_of_its_counts() -> None:
    rule = Suppression(fewest=5, nearest=5)
    assert (rule.share(4, 20), rule.share(5, 20), rule.share(1, 3), rule.share(7, 9)) == (HIDDEN, 0.25, HIDDEN, 0.78)


def referred(number: int, **equity: Any) -> dict[str, list[PublicEvent]]:
    person, referral = an_id(f"person {number}"), an_id(f"referral {number}")
    return {
        f"person-{number}": [given.registered(person, **equity)],
        f"referral-{number}": [
            given.received(referral, person_id=person),
            *([given.accepted(referral, person_id=person)] if number % 2 else []),
        ],
    }


def test_groups_are_counted_with_small_numbers_hidden() -> None:
    streams: dict[str, Iterable[PublicEvent]] = {}
    for number in range(12):
        streams |= referred(number, ethnic_category="B", imd_decile=3)
    for number in range(12, 15):
        streams |= referred(number, ethnic_category="N", imd_decile=None)
    report = report_of(streams)
    groups = report.equity["by_ethnic_group"]
    assert (groups["white"]["people"], groups["white"]["accepted"], groups["white"]["accepted_share"]) == (10, 5, 0.5)
    assert (groups["black"]["people"], groups["black"]["accepted_share"]) == (HIDDEN, HIDDEN)
    assert report.equity["by_deprivation"]["second_fifth"]["people"] == 10
    assert report.equity["by_deprivation"]["not_recorded"]["people"] == HIDDEN
    assert len(report.events["equity.by_ethnic_group.white.people"]) == 12
    assert "equity.by_ethnic_group.black.people" not in report.events
    assert "equity,,,by_ethnic_group.black.people,*" in as_csv(as_json(report))


def test_what_was_told_last_of_a_person_counts() -> None:
    person = an_id("person 0")
    streams = referred(0, ethnic_category="99", practice_ods_code=None)
    assert report_of(streams).data_quality["ethnic_group_known"] == 0
    streams["person-0"].append(given.details_changed(person, ethnic_category="A"))
    quality = report_of(streams).data_quality
    assert (quality["people"], quality["ethnic_group_known"], quality["practice_known"]) == (1, 1, 1)
    assert (quality["deprivation_known"], quality["nhs_number_verified"]) == (1, 0)


def an_appointment(name: str, at: datetime, *, came: bool) -> list[PublicEvent]:
    booked = AppointmentBookedV1(
        appointment_id=an_id(name),
        person_id=given.PERSON,
        clinician_id="a clinician",
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        consultation_mechanism="01",
        interpreter_required=False,
        overridden=False,
        booked_at=at - timedelta(days=1),
    )
    attended = SessionAttendedV1(**(happened.attended(name).model_dump() | {"attended_at": at}))
    return [booked, attended] if came else [booked]


def test_seen_measured_and_forgotten() -> None:
    times = [datetime(2026, 5, day, 9, tzinfo=UTC) for day in (4, 11, 18)]
    report = report_of(
        {
            **{f"appointment-{at.day}": an_appointment(f"{at.day}", at, came=at.day < 18) for at in times},
            f"record-{given.PERSON}": [given.measured({"total": 12.0}, complete=True)],
        }
    )
    quality = report.data_quality
    assert (quality["people_seen"], quality["seen_and_measured"]) == (1, 1)
    assert (quality["people_seen_twice"], quality["seen_twice_and_paired"]) == (1, 0)
    assert (quality["appointments_over"], quality["appointments_without_outcome"]) == (3, 1)
    assert quality["questionnaires_complete"] == 1


def test_local_families_are_counted_by_how_they_contributed() -> None:
    def contributed(name: str, kind: str, people: int, day: int) -> CommunityInputLoggedV1:
        return CommunityInputLoggedV1(input_id=an_id(name), kind=kind, people=people, held_on=date(2026, 5, day))

    report = report_of(
        {
            "community-input-1": [contributed("one", "advisory-group", 7, 4)],
            "community-input-2": [contributed("two", "advisory-group", 5, 18)],
            "community-input-3": [contributed("three", "material-reviewed", 2, 31)],
        }
    )
    assert report.community == {
        "contributions": 3,
        "people": 14,
        "by_kind": {"advisory-group": 2, "material-reviewed": 1},
    }
