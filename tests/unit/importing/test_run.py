"""What a run makes of the services' answers. The services here are a table of answers; the real ones: tests/integration."""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import httpx2
import pytest

from deploy.cli.client import Refused
from deploy.importing.commands import RegisterPerson, commands
from deploy.importing.run import Import, Outcome, Patience, Tally
from tests.unit.importing.builders import a_file, a_row, the_plan

Reply = Callable[[str, Any], Mapping[str, Any]]


def refused(status: int, slug: str) -> Refused:
    return Refused("outcomes", httpx2.Response(status, json={"slug": slug, "title": "No."}))


class Answers:
    """The three services: registration and recording answer what the test says, and count the calls."""

    def __init__(self, record: Reply | None = None, register: Reply | None = None) -> None:
        self._record, self._register = record, register
        self._lock, self._seen = Lock(), set[UUID]()
        self.calls: list[str] = []

    def get(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any:
        self.calls.append(f"{service} {path} {(params or {}).get('version')}")
        return {"version": int((params or {})["version"])}

    def command(self, service: str, _method: str, path: str, body: Any, command_id: UUID) -> Any:
        with self._lock:
            duplicate = command_id in self._seen
            self.calls.append(f"{service} {path}")
            special = self._register if service == "referral" else self._record
            said = special(path, body) if special else {}
            self._seen.add(command_id)
        name = "person" if service == "referral" else "record"
        person = body.get("person_id", f"id-{body.get('external_reference')}")
        return {"id": person, "stream": f"{name}-{person}", "version": 3, "duplicate": duplicate, **said}


class Watched:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.done: dict[str, int] = {}

    def begin(self, stage: str, total: int) -> None:
        self.totals[stage], self.done[stage] = total, 0

    def advance(self, stage: str) -> None:
        self.done[stage] += 1


def run(answers: Answers, people: list[RegisterPerson], patience: float = 5.0) -> tuple[Outcome, Watched]:
    watched = Watched()
    sent = Import(pcn="U00410", services=answers, progress=watched, patience=Patience(patience))
    return sent.run(people), watched


@pytest.fixture
def people(tmp_path: Path) -> list[RegisterPerson]:
    return commands(the_plan(tmp_path, a_file(a_row("P-1"), a_row("P-2"))))


def test_everything_new_is_counted_and_watched_to_the_end(people: list[RegisterPerson]) -> None:
    outcome, watched = run(Answers(), people)

    assert outcome.people == Tally(new=2, already_there=0, refused=0)
    assert outcome.measures == Tally(new=4, already_there=0, refused=0)
    assert (outcome.visible, outcome.problems) == (True, ())
    assert watched.done == watched.totals == {"people": 2, "measures": 4, "portal": 4}


def test_the_second_time_everything_is_already_there(people: list[RegisterPerson]) -> None:
    answers = Answers()
    run(answers, people)

    outcome, _ = run(answers, people)

    assert outcome.people == Tally(new=0, already_there=2, refused=0)
    assert outcome.measures == Tally(new=0, already_there=4, refused=0)


def test_a_person_outcomes_does_not_know_yet_is_tried_again(people: list[RegisterPerson]) -> None:
    tries: list[str] = []

    def known_at_the_third_try(_path: str, body: Any) -> Mapping[str, Any]:
        tries.append(body["person_id"])
        if tries.count(body["person_id"]) < 3:
            raise refused(404, "person-unknown")
        return {}

    outcome, _ = run(Answers(record=known_at_the_third_try), people)

    assert outcome.measures == Tally(new=4, already_there=0, refused=0)


def test_a_person_who_never_gets_known_is_a_problem_of_the_row(people: list[RegisterPerson]) -> None:
    def never(_path: str, _body: Any) -> Mapping[str, Any]:
        raise refused(404, "person-unknown")

    outcome, _ = run(Answers(record=never), people, patience=0.2)

    assert outcome.measures == Tally(new=0, already_there=0, refused=4)
    assert {(problem.row, problem.slug) for problem in outcome.problems} == {
        (2, "person-unknown"),
        (3, "person-unknown"),
    }


def test_a_refused_form_is_a_problem_and_the_others_go_in(people: list[RegisterPerson]) -> None:
    def changed(_path: str, body: Any) -> Mapping[str, Any]:
        if body["instrument"] == "epds" and body["person_id"] == "id-P-2":
            raise refused(409, "measure-already-recorded")
        return {}

    outcome, _ = run(Answers(record=changed), people)

    assert outcome.measures == Tally(new=3, already_there=0, refused=1)
    assert [(problem.row, problem.slug) for problem in outcome.problems] == [(3, "measure-already-recorded")]
    assert outcome.problems[0].text == "epds: outcomes answered 409: No."


def test_the_forms_of_a_refused_person_are_not_sent(people: list[RegisterPerson]) -> None:
    def refuse_the_first(_path: str, body: Any) -> Mapping[str, Any]:
        if body["external_reference"] == "P-1":
            raise refused(422, "practice-unknown")
        return {}

    answers = Answers(register=refuse_the_first)
    outcome, _ = run(answers, people)

    assert outcome.people == Tally(new=1, already_there=0, refused=1)
    assert outcome.measures == Tally(new=2, already_there=0, refused=2)
    assert len([call for call in answers.calls if call.startswith("outcomes")]) == 2


@pytest.mark.parametrize("status", [401, 403, 500, 503])
def test_a_refusal_that_is_not_about_the_row_ends_the_run(people: list[RegisterPerson], status: int) -> None:
    def down(_path: str, _body: Any) -> Mapping[str, Any]:
        raise refused(status, "busy")

    with pytest.raises(Refused, match=str(status)):
        run(Answers(record=down), people)


def test_the_portal_is_asked_for_the_newest_version_of_every_stream(people: list[RegisterPerson]) -> None:
    versions = iter(range(2, 10))
    answers = Answers(record=lambda _path, _body: {"version": next(versions)})

    run(answers, people[:1])

    asked = [call for call in answers.calls if call.startswith("portal")]
    assert sorted(asked) == [
        "portal /v1/pcns/U00410/streams/person-id-P-1 3",
        "portal /v1/pcns/U00410/streams/record-id-P-1 3",
    ]
