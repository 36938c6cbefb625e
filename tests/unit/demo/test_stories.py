"""What the demonstration is made of, without a stack: people nobody is, in an order things can happen in."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from deploy.cli.pcn_file import PcnFile
from deploy.demo.calendar import LONDON
from deploy.demo.character import networks
from deploy.demo.load import FAMILIES, stories_of
from deploy.demo.story import Ids, Step, Story, filled
from services.referral.domain.nhs_number import parse_nhs_number

TODAY = date(2026, 6, 17)
FEWEST = 250


@pytest.fixture(scope="module")
def all_stories() -> dict[str, list[Story]]:
    return {network.pcn_ods_code: list(stories_of(network, TODAY, FAMILIES)) for network in networks()}


@pytest.fixture(params=[network.pcn_ods_code for network in networks()])
def stories(request: pytest.FixtureRequest, all_stories: dict[str, list[Story]]) -> list[Story]:
    return all_stories[request.param]


def steps(stories: list[Story]) -> Iterator[tuple[Story, Step]]:
    for story in stories:
        for step in (*story.opening, *story.course):
            yield story, step


def bodies(stories: list[Story], path: str) -> list[Any]:
    return [step.body for _, step in steps(stories) if step.path == path]


def test_there_are_three_networks_of_enough_families(all_stories: dict[str, list[Story]]) -> None:
    assert len(all_stories) == 3
    assert all(len(bodies(stories, "people")) >= FEWEST for stories in all_stories.values())


def test_nhs_numbers_are_of_nobody_and_checked_and_each_is_once(stories: list[Story]) -> None:
    people = bodies(stories, "people")
    numbers = [person["nhs_number"] for person in people if "nhs_number" in person]
    assert all(parse_nhs_number(number).startswith("9") for number in numbers)
    assert len(set(numbers)) == len(numbers) < len(people)
    assert all(("nhs_number" in person) != ("nhs_number_missing_reason" in person) for person in people)


def test_every_name_says_that_it_is_made_up(stories: list[Story]) -> None:
    assert all(person["full_name"].endswith("(synthetic)") for person in bodies(stories, "people"))


def test_families_can_be_reached_and_some_need_something_but_nobody_real_would_be_rung(stories: list[Story]) -> None:
    people = bodies(stories, "people")
    numbers = [person["telephone"] for person in people if "telephone" in person]
    assert all(re.fullmatch("07700 900[0-9]{3}", number) for number in numbers)
    assert all(person["email"].endswith("@example.org") for person in people if "email" in person)
    needs = [person["access_needs"] for person in people if "access_needs" in person]
    assert len(people) / 6 < len(needs) < len(people) / 3


def test_referrals_are_spread_over_three_years(stories: list[Story]) -> None:
    days = [datetime.fromisoformat(body["received_at"]).date() for body in bodies(stories, "referrals")]
    assert {day.year for day in days} == {2023, 2024, 2025, 2026}
    assert min(days) >= date(2023, 6, 10)
    assert max(days) < TODAY


def test_a_command_has_an_id_of_its_own(stories: list[Story]) -> None:
    ids = {story.command_id(step) for story, step in steps(stories)}
    assert len(ids) == sum(1 for _ in steps(stories))


def test_the_same_day_gives_the_same_commands(all_stories: dict[str, list[Story]]) -> None:
    for network in networks():
        assert list(stories_of(network, TODAY, FAMILIES)) == all_stories[network.pcn_ods_code]


def test_more_families_change_nothing_for_the_first(all_stories: dict[str, list[Story]]) -> None:
    network: PcnFile = networks()[0]
    few = {story.key: story for story in stories_of(network, TODAY, 10) if story.key.startswith("family-")}
    many = {story.key: story for story in all_stories[network.pcn_ods_code]}
    assert len(few) == 10
    assert all(many[key] == story for key, story in few.items())


def test_nothing_speaks_of_an_id_before_it_is_known(stories: list[Story]) -> None:
    known: dict[str, str] = {}
    for story in stories:
        send(story.opening, known)
    for story in stories:
        send(story.course, dict(known))


def send(sent: Any, known: dict[str, str]) -> None:
    for step in sent:
        filled(step.path, known)
        filled(step.body, known)
        if step.keeps:
            known |= {step.keeps: "id", f"{step.keeps}.flag": "id"}


def test_what_a_clinician_does_at_one_time_is_one_thing(stories: list[Story]) -> None:
    held = Counter((body["clinician_id"], body["starts_at"]) for body in bodies(stories, "appointments"))
    assert held.most_common(1)[0][1] == 1


def test_history_is_over_and_only_appointments_are_to_come(stories: list[Story]) -> None:
    midnight = datetime.combine(TODAY, datetime.min.time(), LONDON)
    for _, step in steps(stories):
        if "happened_at" in step.body:
            assert datetime.fromisoformat(step.body["happened_at"]) < midnight
        for name in ("completed_on", "rated_on", "opened_on", "closed_on", "changed_on", "held_on"):
            assert name not in step.body or date.fromisoformat(step.body[name]) < TODAY


def test_attendance_of_every_kind_and_change_for_better_and_worse(all_stories: dict[str, list[Story]]) -> None:
    everything = [story for stories in all_stories.values() for story in stories]
    statuses = {step.body["attendance_status"] for _, step in steps(everything) if step.path.endswith("/outcome")}
    assert statuses == {"5", "6", "7", "2", "3", "4"}
    changes = [last - first for first, last in pairs(everything)]
    assert sum(change < 0 for change in changes) > sum(change > 0 for change in changes) > 0


def pairs(stories: list[Story]) -> Iterator[tuple[int, int]]:
    for story in stories:
        totals = {step.name: sum(step.body["items"]) for step in story.course if step.path == "measures"}
        for name, first in totals.items():
            instrument, _, point = name.partition("-")
            last = totals.get(f"{instrument}-end", totals.get(f"{instrument}-review"))
            if point == "baseline" and last is not None:
                yield first, last


def test_a_reference_that_nothing_was_kept_under_is_an_error() -> None:
    ids: Ids = {"family-1.person": "17"}
    assert filled({"people": ["{family-1.person}", 2]}, ids) == {"people": ["17", 2]}
    with pytest.raises(KeyError):
        filled("people/{family-2.person}", ids)
