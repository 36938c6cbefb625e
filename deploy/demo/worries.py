"""Goals, and what few may read: safeguarding concerns and Mental Health Act periods. Words are made up."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from deploy.demo.chance import Chance
from deploy.demo.story import CLINICIAN, Step

_GOALS = (
    "Leave the house with the baby twice a week",
    "Sleep for four hours at a stretch",
    "Feel calm at feeding time",
    "Play together for ten minutes each day",
    "Talk to my partner about the birth",
    "Go to the parent and infant group on my own",
    "Ask for help before it is too much",
)
_LEVELS = ("concern-raised", "early-help", "child-in-need", "child-protection-plan")
_SECTION_2, _SECTION_3 = "02", "03"


def goals(chance: Chance, key: str, seen: Sequence[date]) -> Iterator[Step]:
    """`seen`: the days of the attended contacts; a goal is set at the first and rated at the first and the last."""
    if not chance.happens(0.22):
        return
    yield _of_person(key, "goal", "goals", {"wording": chance.choice(_GOALS), "set_on": seen[0].isoformat()})
    begun = chance.randint(0, 4)
    for number, day in enumerate(dict.fromkeys((seen[0], seen[-1]))):
        rating = begun if number == 0 else max(0, min(10, begun + round(chance.gauss(3.2, 2))))
        body = {"person_id": f"{{{key}.person}}", "rating": rating, "rated_on": day.isoformat()}
        yield _about(key, f"rate-{number}", f"goals/{{{key}.goal}}/rate", body)


def restricted(chance: Chance, key: str, seen: Sequence[date]) -> Iterator[Step]:
    """A concern for some, a legal status for very few."""
    first, last = seen[0], seen[-1]
    if chance.happens(0.05):
        yield from _concern(chance, key, first, last)
    if chance.happens(0.012):
        status = chance.one({_SECTION_2: 3, _SECTION_3: 1})
        begun = first - timedelta(days=chance.randint(30, 90))
        body = {"legal_status": status, "started_on": begun.isoformat()}
        yield _of_person(key, "period", "mha-periods", body)
        ended = {"person_id": f"{{{key}.person}}", "ended_on": (begun + timedelta(days=20)).isoformat()}
        yield _about(key, "period-end", f"mha-periods/{{{key}.period}}/end", ended)


def _concern(chance: Chance, key: str, first: date, last: date) -> Iterator[Step]:
    level = chance.randrange(len(_LEVELS))
    body = {"level": _LEVELS[level], "opened_on": first.isoformat()}
    yield _of_person(key, "concern", "safeguarding-concerns", body)
    concern, person = f"safeguarding-concerns/{{{key}.concern}}", {"person_id": f"{{{key}.person}}"}
    if level + 1 < len(_LEVELS) and chance.happens(0.5):
        changed = {**person, "level": _LEVELS[level + 1], "changed_on": last.isoformat()}
        yield _about(key, "concern-level", f"{concern}/level", changed)
    if chance.happens(0.4):
        closed = {**person, "reason": "no-longer-at-risk", "closed_on": last.isoformat()}
        yield _about(key, "concern-close", f"{concern}/close", closed)


def _of_person(key: str, name: str, what: str, body: Mapping[str, object]) -> Step:
    path = f"people/{{{key}.person}}/{what}"
    return Step(name=name, account=CLINICIAN, service="outcomes", path=path, body=body, keeps=f"{key}.{name}")


def _about(key: str, name: str, path: str, body: Mapping[str, object]) -> Step:
    return Step(name=name, account=CLINICIAN, service="outcomes", path=path, body=body)
