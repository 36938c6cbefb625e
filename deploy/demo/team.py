"""What a team does for its network: training with confidence before and after, consultations, what local families contributed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from deploy.demo.calendar import moment, working_day
from deploy.demo.chance import Chance
from deploy.demo.character import Character
from deploy.demo.story import CLINICIAN, COORDINATOR, Step, Story

_YEARS = 3 * 365
_COURSES = {
    "perinatal-mental-health-awareness": ("recognise-distress", "ask-about-mood", "know-where-to-turn"),
    "asking-about-risk": ("ask-about-self-harm", "know-where-to-turn"),
    "parent-infant-relationship": ("notice-the-infant", "include-partners"),
    "listening-to-families": ("work-across-cultures", "ask-about-mood"),
}
_PROFESSIONS = {"health_visitor": 5, "midwife": 4, "general_practitioner": 4, "practice_nurse": 3, "receptionist": 2}
_TOPICS = (
    "low-mood",
    "anxiety",
    "trauma-and-birth",
    "parent-infant-relationship",
    "risk-and-safety",
    "medication",
    "partners-and-wider-family",
    "culture-and-language",
    "which-service",
)
_INPUTS = ("session-designed-together", "advisory-group", "feedback-event", "shared-experience", "material-reviewed")
_SCALE, _HIGHEST = "0-10", 10


def team_stories(character: Character, today: date, families: int) -> list[Story]:
    """A training session for every sixteen families, a consultation for every five, a contribution for every twenty."""
    counts = {"training": families // 16, "consultation": families // 5, "input": families // 20}
    steps = {"training": _training, "consultation": _consultation, "input": _input}
    stories = []
    for kind, count in counts.items():
        for number in range(max(1, count)):
            key = f"{kind}-{number}"
            chance = Chance(f"{character.pcn}/{key}")
            day = working_day(today - timedelta(days=4 + _YEARS * number // max(1, count)))
            course = list(steps[kind](chance, character, key, day, families))
            stories.append(Story(pcn=character.pcn, key=key, course=course))
    return stories


def _training(chance: Chance, character: Character, key: str, day: date, families: int) -> Iterator[Step]:
    course = chance.choice(list(_COURSES))
    planned = {
        "course": course,
        "starts_at": moment(day, 13),
        "ends_at": moment(day, 16),
        "objectives": list(_COURSES[course]),
        "scale": _SCALE,
    }
    attendees = [_attendee(chance, character, course) for _ in range(chance.randint(4, 12))]
    yield _step("schedule", COORDINATOR, "training-sessions", planned, keeps=key)
    yield _step("hold", COORDINATOR, f"training-sessions/{{{key}}}/hold", {"attendees": attendees})


def _attendee(chance: Chance, character: Character, course: str) -> dict[str, Any]:
    confidence = []
    for objective in _COURSES[course]:
        before = chance.total(4.4, 1.8, _HIGHEST)
        after = chance.total(before + 2.3, 1.4, _HIGHEST)
        answers = {"before": before, "after": after} if chance.happens(0.9) else {"before": before}
        confidence.append({"objective": objective, **answers})
    profession = chance.one(_PROFESSIONS)
    practice = chance.choice(character.practices)
    return {"professional_type": profession, "practice_ods_code": practice, "confidence": confidence}


def _consultation(chance: Chance, character: Character, key: str, day: date, families: int) -> Iterator[Step]:
    kind = chance.one({"named_patient": 4, "anonymous_case": 4, "general": 2})
    named = {"person_id": f"{{family-{chance.randrange(families)}.person}}"} if kind == "named_patient" else {}
    body = {
        "subject_kind": kind,
        "topic": chance.choice(_TOPICS),
        "duration_minutes": chance.choice((10, 15, 20, 30, 45, 60)),
        "professional_type": chance.one({**_PROFESSIONS, "receptionist": 0}),
        "practice_ods_code": chance.choice(character.practices),
        "outcome": chance.one({"advice": 8, "joint_visit": 2}),
        "held_on": day.isoformat(),
        **named,
    }
    yield _step("log", CLINICIAN, "consultations", body)


def _input(chance: Chance, character: Character, key: str, day: date, families: int) -> Iterator[Step]:
    body = {"kind": chance.choice(_INPUTS), "people": chance.randint(1, 14), "held_on": day.isoformat()}
    yield _step("log", COORDINATOR, "community-input", body)


def _step(name: str, account: str, path: str, body: dict[str, Any], keeps: str | None = None) -> Step:
    return Step(name=name, account=account, service="training", path=path, body=body, keeps=keeps)
