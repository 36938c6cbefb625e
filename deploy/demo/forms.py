"""The questionnaires of a synthetic family: a first at the first contact, a last when there was another, with believable change."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from deploy.demo.chance import Chance
from deploy.demo.character import Character
from deploy.demo.story import CLINICIAN, Step

_FIRST_SPREAD, _CHANGE_SPREAD = 0.16, 0.15
_OLDEST_INFANT_WEEKS = 260
_TERM_WEEKS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The highest answer of each item, and the number of the item about self-harm, or of one as rare."""

    highest: Sequence[int]
    seldom: int


_FORMS = {
    "epds": Form(highest=[3] * 10, seldom=10),
    "phq9": Form(highest=[3] * 9, seldom=9),
    "gad7": Form(highest=[3] * 7, seldom=7),
    "core10": Form(highest=[4] * 10, seldom=6),
}
_ABOUT_SELF_HARM = {"epds", "phq9", "core10"}
_REVIEWED = {"no-current-risk": 6, "monitoring": 3, "safety-plan-agreed": 4, "gp-informed": 2, "crisis-team": 0.3}
_FIRST_OF = {"epds": 64, "phq9": 20, "core10": 16}


def measures(
    chance: Chance, character: Character, key: str, seen: Sequence[date], *, birth: date, over: bool
) -> Iterator[Step]:
    """`seen`: the days of the attended contacts. Whoever is seen once fills in a form once."""
    asked = [chance.one(_FIRST_OF), *(["gad7"] if chance.happens(0.35) else [])]
    again = len(seen) > 1 and chance.happens(0.85)
    for instrument in asked:
        form = _FORMS[instrument]
        scale = sum(form.highest)
        first = chance.total(character.first_share * scale, _FIRST_SPREAD * scale, scale)
        yield from _measure(chance, key, instrument, first, day=seen[0], point="baseline", birth=birth)
        if again:
            gain = chance.gauss(character.gain_share * scale, _CHANGE_SPREAD * scale)
            last = max(0, min(scale, round(first - gain)))
            yield from _measure(
                chance, key, instrument, last, day=seen[-1], point="end" if over else "review", birth=birth
            )


def _measure(
    chance: Chance, key: str, instrument: str, total: int, *, day: date, point: str, birth: date
) -> Iterator[Step]:
    """And, for most answers about self-harm, what a clinician made of it."""
    form = _FORMS[instrument]
    items = chance.answers(total, form.highest, seldom=form.seldom)
    body = {
        "person_id": f"{{{key}.person}}",
        "instrument": instrument,
        "items": items,
        "orientation": "oriented",
        "completed_on": day.isoformat(),
        "collection_point": point,
        **_age(day, birth),
    }
    name = f"{instrument}-{point}"
    flags = form.seldom if instrument in _ABOUT_SELF_HARM and items[form.seldom - 1] else None
    kept = f"{key}.{name}"
    yield Step(name=name, account=CLINICIAN, service="outcomes", path="measures", body=body, keeps=kept, flags=flags)
    if flags and chance.happens(0.93):
        review = {"person_id": f"{{{key}.person}}", "outcome": chance.one(_REVIEWED)}
        path = f"risk-flags/{{{kept}.flag}}/review"
        yield Step(name=f"{name}-review", account=CLINICIAN, service="outcomes", path=path, body=review)


def _age(day: date, birth: date) -> dict[str, float | int]:
    weeks = (day - birth).days / 7
    if weeks < 0:
        return {"gestation_weeks": max(0.0, round(_TERM_WEEKS + weeks, 1))}
    return {"infant_age_weeks": min(_OLDEST_INFANT_WEEKS, int(weeks))}
