"""Somebody with a marker in every field and note is erased on the whole platform, and a search of everything finds nothing."""

import asyncio
import base64
import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from deploy.cli.client import Client, Refused
from deploy.local.home import Home
from deploy.local.progress import Silent
from deploy.operations.installation import installation_of
from deploy.operations.search import search
from services.portal.identity import Tokens
from services.portal.session import Cookies, Session
from tests.integration.deploy.local import eventually
from tests.integration.deploy.typist import error_of, perinatal

PCN = "U12001"
MARKER = "Zuleika-Quine"
"""In every field; nowhere in the product."""
NUMBER, POSTCODE, TELEPHONE = "9990000042", "ZZ99 3WZ", "07700900123"
PERSON = {"ethnic_category": "K", "preferred_language": "bn", "interpreter_required": True}
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)
MORNING = NOW.replace(hour=10, minute=0, second=0)
"""Of today; what is planned then ends on the same day, whenever the test runs."""
PERSONAL = {
    "full_name": f"{MARKER} Testcase",
    "nhs_number": NUMBER,
    "birth_date": "1994-02-03",
    "postcode": POSTCODE,
    "postal_address": f"1 {MARKER} Street",
    "telephone": TELEPHONE,
    "email": f"{MARKER}@example.org",
    "access_note": f"Ring {MARKER} twice.",
    "external_reference": f"{MARKER}-17",
}

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def home(platform: Home) -> Home:
    return platform


class Team:
    """The people of the network, each as their own account."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def tell(self, role: str, service: str, path: str, **body: Any) -> str:
        """A command that must succeed; its id."""
        with Client(self._home, f"{role}.{PCN.lower()}") as client:
            return str(client.command(service, "POST", f"/v1/pcns/{PCN}{path}", body, uuid4())["id"])

    def ask(self, role: str, service: str, path: str, **params: str) -> Any:
        with Client(self._home, f"{role}.{PCN.lower()}") as client:
            return client.get(service, f"/v1/pcns/{PCN}{path}", params)

    def once_known(self, role: str, service: str, path: str, **body: Any) -> str:
        """A command about somebody whose registration the service may still have to hear of."""
        done: list[str] = []

        def told() -> bool:
            try:
                done.append(self.tell(role, service, path, **body))
            except Refused as refused:
                if refused.slug != "person-unknown":
                    raise
            return bool(done)

        eventually(told, f"{service} has heard of the person", within=30)
        return done[0]


def tell_everything(team: Team) -> tuple[str, str]:
    """A person with the marker wherever words can be put; their id and their referral's."""
    person_id = team.tell("coordinator", "referral", "/people", **PERSON, **PERSONAL)
    note = f"{MARKER} is tired."
    asked = {"source_of_referral": "A4", "primary_reason": "13", "received_at": (NOW - timedelta(days=2)).isoformat()}
    referral_id = team.tell("referrer", "referral", "/referrals", person_id=person_id, note=note, **asked)
    team.tell("clinician", "referral", f"/referrals/{referral_id}/triage", clinical_response_priority="2", note=note)
    team.tell("clinician", "referral", f"/referrals/{referral_id}/accept", care_strand="parental_mental_health")
    _outcomes(team, person_id, note)
    _appointments(team, person_id, referral_id, note)
    consulted = {"topic": "low-mood", "duration_minutes": 20, "professional_type": "midwife", "outcome": "advice"}
    about = {"subject_kind": "named_patient", "person_id": person_id, "held_on": YESTERDAY.isoformat()}
    team.tell("clinician", "training", "/consultations", **consulted, **about, note=note)
    return person_id, referral_id


def _outcomes(team: Team, person_id: str, note: str) -> None:
    form = {"instrument": "epds", "items": [1, 1, 1, 1, 1, 1, 1, 1, 1, 2], "orientation": "oriented"}
    day = YESTERDAY.isoformat()
    measure = team.once_known("clinician", "outcomes", "/measures", person_id=person_id, completed_on=day, **form)
    right = {"items": [1] * 10, "orientation": "oriented", "reason": "entry-error", "note": note}
    team.tell("clinician", "outcomes", f"/measures/{measure}/correct", person_id=person_id, **right)
    team.tell("clinician", "outcomes", f"/people/{person_id}/goals", wording=f"{MARKER} sleeps", set_on=day)
    opened = {"level": "concern-raised", "opened_on": day, "note": note}
    team.tell("clinician", "outcomes", f"/people/{person_id}/safeguarding-concerns", **opened)


def _appointments(team: Team, person_id: str, referral_id: str, note: str) -> None:
    starts = MORNING + timedelta(days=3)
    when = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
    meeting = {
        "person_id": person_id,
        "referral_id": referral_id,
        "clinician_id": f"clinician.{PCN.lower()}",
        "consultation_mechanism": "01",
        "interpreter_required": True,
    }
    team.once_known("clinician", "scheduling", "/appointments", **meeting, **when)
    squeezed = team.tell("clinician", "scheduling", "/appointments", **meeting, **when, override_reason=note)
    team.tell("clinician", "scheduling", f"/appointments/{squeezed}/cancel", cancelled_by="patient", reason=note)


def page(home: Home, role: str, path: str) -> httpx2.Response:
    """A page of the portal, as a browser with a session gets it."""
    with Client(home, f"{role}.{PCN.lower()}") as client:
        session = Session.begin(Tokens(access=client._access_token(), refresh=None, expires_at=4e9))
    told = installation_of(home).environments["portal"]
    kept = Cookies(base64.b64decode(told["PERINATAL_COOKIE_KEY"]), secure=False).keep_session(session)
    cookie = "; ".join(each for value in kept if not (each := value.partition(";")[0]).endswith("="))
    address = home.read_state()["addresses"]["portal"]
    return httpx2.get(f"{address}/pcns/{PCN}{path}", headers={"cookie": cookie}, timeout=30)


def report(home: Home, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = perinatal("person", "report", *arguments, "--json", home=home.root)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def places(told: dict[str, Any]) -> set[str]:
    return {each["place"] for each in told["looked"] if each["found"]}


def found_in(home: Home, text: str, *backups: Path) -> set[str]:
    """Where a text is, by the same search in this process."""
    looked = asyncio.run(search(installation_of(home), home, text, backups=backups, progress=Silent()))
    return {each.place for each in looked if each.found}


def numbers(team: Team) -> Any:
    year = {"from": (TODAY - timedelta(days=365)).isoformat(), "to": TODAY.isoformat()}
    return team.ask("coordinator", "portal", "/report", **year, as_at=NOW.isoformat())


@pytest.fixture(scope="module")
def team(home: Home) -> Team:
    return Team(home)


@pytest.fixture(scope="module")
def told(team: Team) -> tuple[str, str]:
    return tell_everything(team)


def test_the_search_finds_what_is_there_and_nothing_ever_left_the_owners(home: Home, told: tuple[str, str]) -> None:
    code, found = report(home, "--marker", MARKER.lower())
    assert code == 1
    sealed = {place.partition(":")[0] for place in places(found) if "sealed" in place}
    assert sealed == {"referral", "outcomes", "scheduling", "training"}
    assert {place for place in places(found) if "sealed" not in place} == {"referral: public.identities"}
    looked = {each["place"]: each["count"] for each in found["looked"]}
    assert looked["topic perinatal.referral.events"] >= 5
    assert looked["topic perinatal.outcomes.restricted"] >= 1
    assert any(place.startswith("log referral") for place in looked)
    assert "portal: public.people" in looked


def test_a_coordinator_sees_who_looked_at_the_record_whichever_service_wrote_it_down(
    home: Home, told: tuple[str, str]
) -> None:
    person_id, _ = told
    seen = page(home, "clinician", f"/people/{person_id}")
    assert (seen.status_code, MARKER in seen.text) == (200, True)
    shown = page(home, "coordinator", f"/people/{person_id}/accesses")
    assert (shown.status_code, "did not answer" in shown.text) == (200, False)
    for words in (f"clinician.{PCN.lower()}", "A page about them", "Name and number", "Goals", "Caring for the family"):
        assert words in shown.text


def test_a_dry_run_says_what_would_be_touched_and_touches_nothing(home: Home, told: tuple[str, str]) -> None:
    asked = ("person", "erase", told[0], "--pcn", PCN, "--reason", "person_asked")
    before = json.loads(perinatal(*asked, "--dry-run", "--json", home=home.root).stdout)
    assert (before["dry_run"], before["erased"], before["key"]) == (True, False, "there")
    assert {service: log["sealed"] > 0 for service, log in before["logs"].items()} == dict.fromkeys(
        before["logs"], True
    )
    assert "Would destroy their key" in perinatal(*asked, "--dry-run", home=home.root).stdout
    code, still = report(home, told[0])
    assert (code, still["people"][0]["erased"], still["people"][0]["key"]) == (0, False, "there")
    assert sum(still["readable"].values()) == sum(log["sealed"] for log in before["logs"].values())


def test_copies_of_the_identity_read_model_are_counted_too(home: Home, told: tuple[str, str]) -> None:
    """One that was replaced and one that was built and waits: the next test finds nothing in them."""
    for how in ((), ("--no-swap",)):
        built = perinatal("projections", "rebuild", "referral.identities", *how, home=home.root)
        assert built.returncode == 0, built.stderr
    (standing,) = report(home, told[0])[1]["people"]
    assert standing["copied"] == 2 * standing["known"] > 0


def test_after_it_nothing_is_found_anywhere_and_the_counts_stay(
    home: Home, team: Team, told: tuple[str, str], tmp_path: Path
) -> None:
    person_id, _ = told
    older, newer = tmp_path / "older", tmp_path / "newer"
    assert perinatal("backup", str(older), home=home.root).returncode == 0
    before = numbers(team)
    done = perinatal("person", "erase", person_id, "--pcn", PCN, "--reason", "person_asked", home=home.root)
    assert done.returncode == 0, done.stderr
    assert "Erased." in done.stdout
    assert MARKER not in done.stdout + done.stderr
    assert perinatal("backup", str(newer), home=home.root).returncode == 0
    code, found = report(home, "--marker", MARKER, "--backup", str(newer))
    assert (code, places(found)) == (0, set())
    assert len(found["looked"]) > 60
    unreadable = [each["place"] for each in found["looked"] if "more without a key" in each["place"]]
    assert all(" 0 more without" not in place for place in unreadable)
    for text in (NUMBER, POSTCODE, TELEPHONE):
        assert found_in(home, text) == set(), text
    assert found_in(home, MARKER, older) == {"backup referral.dump"}
    assert numbers(team) == before


def test_by_id_it_is_proved_that_no_key_opens_anything(home: Home, told: tuple[str, str]) -> None:
    code, found = report(home, told[0])
    (standing,) = found["people"]
    assert (code, standing["erased"], standing["key"], standing["known"], standing["copied"], standing["left"]) == (
        *(0, True, "destroyed", 0, 0, []),
    )
    assert set(found["readable"].values()) == {0}
    assert all(log["sealed"] > 0 and log["heard"] for log in standing["logs"].values())
    shown = perinatal("person", "report", told[0], home=home.root)
    assert (shown.returncode, "the key is destroyed" in shown.stdout) == (0, True)


def test_every_service_and_page_answers_erased(home: Home, team: Team, told: tuple[str, str]) -> None:
    person_id, referral_id = told
    day = TODAY.isoformat()
    for service, path in (
        ("referral", f"/people/{person_id}/details"),
        ("referral", f"/referrals/{referral_id}"),
        ("outcomes", f"/people/{person_id}/measures"),
        ("outcomes", f"/people/{person_id}/goals"),
        ("outcomes", f"/people/{person_id}/safeguarding"),
        ("outcomes", f"/people/{person_id}/mha-periods"),
        ("scheduling", f"/people/{person_id}/appointment-notes"),
    ):
        with pytest.raises(Refused) as refused:
            team.ask("clinician", service, path)
        assert refused.value.slug == "erased", path
    gone = page(home, "clinician", f"/people/{person_id}")
    assert (gone.status_code, "This record was erased" in gone.text) == (410, True)
    for service, path, body in (
        ("outcomes", f"/people/{person_id}/goals", {"wording": "x", "set_on": day}),
        ("referral", f"/people/{person_id}/details", {"full_name": "x"}),
    ):
        with pytest.raises(Refused) as refused:
            team.tell("clinician", service, path, **body)
        assert refused.value.slug == "erased", path


def test_read_models_built_anew_come_out_the_same_and_say_nothing_either(home: Home, told: tuple[str, str]) -> None:
    built = perinatal("projections", "rebuild", "--all", "--json", home=home.root)
    assert built.returncode == 0, built.stderr
    assert found_in(home, MARKER) == set()


def test_erasing_again_is_no_error(home: Home, told: tuple[str, str]) -> None:
    again = perinatal("person", "erase", told[0], "--pcn", PCN, "--reason", "person_asked", home=home.root)
    assert (again.returncode, "had been erased before" in again.stdout) == (0, True)


def test_the_same_person_who_comes_again_is_somebody_new(team: Team, told: tuple[str, str]) -> None:
    assert team.tell("coordinator", "referral", "/people", **PERSON, nhs_number=NUMBER) != told[0]


def test_a_family_with_only_a_place_at_a_session_is_erased_though_the_service_was_killed_at_once(
    home: Home, team: Team
) -> None:
    starts = MORNING + timedelta(days=10)
    plan = {
        "session_type": "antenatal",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=2)).isoformat(),
        "capacity": 12,
        "language": "en",
        "open_to_all": True,
    }
    session = team.tell("coordinator", "scheduling", "/group-sessions", **plan)
    with Client(home, "public") as family:
        told = {**PERSON, "full_name": f"{MARKER} Place", "nhs_number_missing_reason": "nhs-number-not-known"}
        path = f"/v1/pcns/{PCN}/people"
        person_id = family.command("referral", "POST", path, told, uuid4())["id"]
    team.once_known("coordinator", "scheduling", f"/group-sessions/{session}/places", person_id=person_id, party_size=2)
    with Client(home, "operator") as operator:
        path = f"/v1/pcns/{PCN}/people/{person_id}/erase"
        operator.command("referral", "POST", path, {"reason": "registered_in_error"}, uuid4())
    os.kill(home.read_state()["parts"]["referral"]["pid"], signal.SIGKILL)
    done = perinatal("person", "erase", person_id, "--pcn", PCN, "--reason", "person_asked", home=home.root)
    assert (done.returncode, "had been erased before" in done.stdout) == (0, True), done.stderr
    register = team.ask("coordinator", "scheduling", f"/group-sessions/{session}/register")
    assert [(place["person_id"], place["party_size"]) for place in register["places"]] == [(person_id, 2)]
    assert found_in(home, MARKER) == set()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("person", "erase", str(uuid4()), "--pcn", PCN, "--reason", "person_asked"), "nobody is known"),
        (("person", "report", str(uuid4())), "nobody is known"),
        (("person", "report", "--marker", "xyzxyz", "--backup", "/not/there"), "there is no /not/there"),
    ],
)
def test_what_cannot_be_done_is_one_line(home: Home, arguments: tuple[str, ...], said: str) -> None:
    done = perinatal(*arguments, home=home.root)
    assert done.returncode == 1
    assert said in error_of(done)


@pytest.mark.parametrize(
    "arguments",
    [
        ("person", "erase", "not-an-id", "--pcn", PCN, "--reason", "person_asked"),
        ("person", "erase", str(uuid4()), "--pcn", PCN, "--reason", "she asked for it"),
        ("person", "report"),
        ("person", "report", str(uuid4()), "--marker", "both"),
        ("person", "report", "--marker", "ab"),
    ],
)
def test_wrong_use_is_told_as_such(home: Home, arguments: tuple[str, ...]) -> None:
    assert perinatal(*arguments, home=home.root).returncode == 2
