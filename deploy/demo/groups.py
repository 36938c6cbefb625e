"""Group sessions: some full with a waiting list, some called off, families without a referral or a name, drop-ins."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from deploy.demo.calendar import moment, working_day
from deploy.demo.chance import Chance
from deploy.demo.character import Character
from deploy.demo.story import IMPORTER, Step, Story

_YEARS = 3 * 365
_AHEAD = 40
_TYPES = {"antenatal": 5, "postnatal": 4, "parent_infant_group": 4, "partners": 1, "peer_support": 2}
_FAMILIES_A_SESSION = 7


def group_stories(character: Character, today: date, families: int) -> list[Story]:
    """One session for every seven families, spread evenly from three years ago to six weeks ahead."""
    count = max(2, families // _FAMILIES_A_SESSION)
    return [_story(character, today, number, count, families) for number in range(count)]


def _story(character: Character, today: date, number: int, count: int, families: int) -> Story:
    day = working_day(today + timedelta(days=_AHEAD - (_YEARS + _AHEAD) * number // count))
    key = f"session-{number}"
    chance = Chance(f"{character.pcn}/{key}")
    course = [*_planned(chance, character, key, day)]
    if chance.happens(0.06):
        course.append(_step("cancel", f"group-sessions/{{{key}}}/cancel", {"reason": "facilitator_unavailable"}))
    else:
        course += _came(chance, key, course[0].body, held=day < today, families=families)
    return Story(pcn=character.pcn, key=key, course=course)


def _planned(chance: Chance, character: Character, key: str, day: date) -> Iterator[Step]:
    hour = chance.choice((10, 11, 14))
    plan = {
        "session_type": chance.one(_TYPES),
        "starts_at": moment(day, hour),
        "ends_at": moment(day, hour + 1, 30),
        "capacity": chance.choice((6, 8, 10, 24)),
        "language": chance.one(character.languages_of_sessions),
        "open_to_all": chance.happens(0.75),
        "activity_location_type": chance.choice(("K01", "B01")),
    }
    yield _step("schedule", "group-sessions", plan, keeps=key)


def _came(chance: Chance, key: str, plan: Mapping[str, Any], *, held: bool, families: int) -> Iterator[Step]:
    session = f"group-sessions/{{{key}}}"
    asked = _parties(chance, key, families)
    for name, party in asked.items():
        yield _step(name, f"{session}/places", party, keeps=f"{key}.{name}")
    gave_up = next(iter(asked)) if chance.happens(0.4) else None
    if gave_up:
        yield _step("give-up", f"{session}/places/{{{key}.{gave_up}}}/cancel", {})
    if held:
        sizes = {name: party["party_size"] for name, party in asked.items()}
        expected = _with_place(sizes, plan["capacity"], gave_up)
        yield _step("hold", f"{session}/hold", {**_register(chance, key, expected), "language": plan["language"]})


def _parties(chance: Chance, key: str, families: int) -> dict[str, dict[str, Any]]:
    """Who asks for a place, in order: about half of them known to the service, the others nameless."""
    known = chance.sample(range(families), k=min(families, chance.randint(1, 3)))
    people = [{"person_id": f"{{family-{number}.person}}"} for number in known]
    unknown: list[dict[str, str]] = [{} for _ in range(chance.randint(1, 4))]
    asking = [*people, *unknown]
    chance.shuffle(asking)
    return {f"place-{number}": {**who, "party_size": chance.choice((1, 2, 2, 3))} for number, who in enumerate(asking)}


def _with_place(asked: Mapping[str, int], capacity: int, gave_up: str | None) -> dict[str, int]:
    """Places are given in the order of asking: the first that does not fit keeps all behind it waiting."""
    given: dict[str, int] = {}
    for name, size in asked.items():
        if name == gave_up:
            continue
        if sum(given.values()) + size > capacity:
            break
        given[name] = size
    return given


def _register(chance: Chance, key: str, expected: Mapping[str, int]) -> dict[str, Any]:
    """Those who had a place and came, and some who had none."""
    attended = [
        {"place_id": f"{{{key}.{name}}}", "people": size} for name, size in expected.items() if chance.happens(0.84)
    ]
    drop_ins = [{"people": chance.choice((1, 2, 2))} for _ in range(chance.randint(0, 3))]
    return {"attended": attended, "drop_ins": drop_ins}


def _step(name: str, path: str, body: dict[str, Any], keeps: str | None = None) -> Step:
    return Step(name=name, account=IMPORTER, service="scheduling", path=path, body=body, keeps=keeps)
