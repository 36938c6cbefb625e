"""A network in which every page has something to show: made through the services' own APIs, known to the portal."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from deploy.cli.client import Client, Refused
from deploy.cli.pcn import bring_on
from deploy.cli.pcn_file import read_pcn_file
from deploy.local.stack import Stack
from services.kit.tenancy import TenantId
from services.portal.web.moments import london_day
from tests.e2e.conftest import ROOT

_PATIENCE = 20.0
_HIGH = [2, 2, 2, 2, 1, 2, 2, 1, 1, 1]
_PRACTICE = {"U12002": "Y12021", "U12003": "Y12031"}


@dataclass(slots=True, kw_only=True)
class Seeded:
    """Ids of what there is, by kind."""

    pcn: TenantId
    ids: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, identifier: str) -> str:
        self.ids.setdefault(kind, []).append(identifier)
        return identifier


@dataclass(slots=True, kw_only=True)
class Seeding:
    stack: Stack
    pcn: TenantId
    importer: Client
    clinician: Client
    seeded: Seeded
    last: dict[str, int] = field(default_factory=dict)
    """The latest version of each stream."""

    def command(self, service: str, path: str, body: Mapping[str, Any], *, by: Client | None = None) -> str:
        """The id of what was made; tried again while the service has not heard of the person yet."""
        until, command_id = time.monotonic() + _PATIENCE, uuid4()
        while True:
            try:
                answer = (by or self.importer).command(
                    service, "POST", f"/v1/pcns/{self.pcn}{path}", dict(body), command_id
                )
            except Refused as refused:
                if not refused.slug.endswith("unknown") or time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                self.last[answer["stream"]] = answer["version"]
                return str(answer["id"])

    def arrived(self) -> None:
        """Until the portal shows all of it."""
        for stream, version in self.last.items():
            path = f"/v1/pcns/{self.pcn}/streams/{stream}"
            seen = self.clinician.get("portal", path, {"version": str(version), "wait": "20"})
            assert seen["version"] >= version, stream


def seed(stack: Stack, pcn: TenantId, *, copies: int) -> Seeded:
    """The network with `copies` of everything that a form uses up."""
    with Client(stack.home, "operator") as operator:
        bring_on(stack.home, operator, read_pcn_file(ROOT / "deploy" / "demo" / f"pcn-{pcn}.yaml"))
    with Client(stack.home, "importer") as importer, Client(stack.home, f"clinician.{pcn.lower()}") as clinician:
        seeding = Seeding(stack=stack, pcn=pcn, importer=importer, clinician=clinician, seeded=Seeded(pcn=pcn))
        people = [_person(seeding, number) for number in range(copies)]
        for number, person in enumerate(people):
            _referrals(seeding, person)
            _appointments(seeding, person, number)
            _clinical(seeding, person)
            # Of two periods at once there is none, so some have none yet.
            if number % 2:
                _period(seeding, person)
        _sessions(seeding, people)
        _training(seeding)
        seeding.arrived()
    return seeding.seeded


def _person(seeding: Seeding, number: int) -> str:
    body = {
        "full_name": f"Orla Quinn {number} (synthetic)",
        "nhs_number_missing_reason": "nhs-number-not-known",
        "practice_ods_code": _PRACTICE[seeding.pcn],
        "ethnic_category": "A",
        "preferred_language": "en",
        "interpreter_required": False,
        "perinatal_stage": "postnatal",
    }
    return seeding.seeded.add("person", seeding.command("referral", "/people", body))


def _referrals(seeding: Seeding, person: str) -> None:
    for status in ("received", "triaged", "accepted"):
        received = {
            "person_id": person,
            "source_of_referral": "A4",
            "primary_reason": "13",
            "received_at": datetime.now(UTC).isoformat(),
        }
        referral = seeding.seeded.add(status, seeding.command("referral", "/referrals", received, by=seeding.clinician))
        if status != "received":
            triage = {"clinical_response_priority": "3"}
            seeding.command("referral", f"/referrals/{referral}/triage", triage, by=seeding.clinician)
        if status == "accepted":
            accept = {"care_strand": "parental_mental_health"}
            seeding.command("referral", f"/referrals/{referral}/accept", accept, by=seeding.clinician)


def _appointments(seeding: Seeding, person: str, number: int) -> None:
    """One to come, one that has begun, one that was attended, one that was cancelled."""
    for days, kind in ((9, "coming"), (-2, "begun"), (-3, "attended"), (8, "cancelled")):
        body = {
            "person_id": person,
            "clinician_id": f"clinician.{seeding.pcn.lower()}",
            **_at(days, number),
            "consultation_mechanism": "01",
            "override_reason": "Both families know.",
            "interpreter_required": False,
        }
        appointment = seeding.seeded.add(kind, seeding.command("scheduling", "/appointments", body))
        if kind == "attended":
            outcome = {"attendance_status": "5", "activities": ["assessment"]}
            seeding.command("scheduling", f"/appointments/{appointment}/outcome", outcome)
        if kind == "cancelled":
            seeding.command("scheduling", f"/appointments/{appointment}/cancel", {"cancelled_by": "patient"})


def _at(days: int, number: int) -> dict[str, str]:
    """Half an hour of its own on a day so many days from now."""
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0, hour=8) + timedelta(days=days)
    begin += timedelta(minutes=30 * number)
    return {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(minutes=30)).isoformat()}


def _clinical(seeding: Seeding, person: str) -> None:
    today, by = london_day(datetime.now(UTC)), seeding.clinician
    seeding.seeded.add("measure", seeding.command("outcomes", "/measures", _epds(person, today), by=by))
    goal = {"wording": "To leave the house with the baby.", "set_on": today.isoformat()}
    seeding.seeded.add("goal", seeding.command("outcomes", f"/people/{person}/goals", goal, by=by))
    for _ in range(2):
        concern = {"level": "early-help", "opened_on": today.isoformat()}
        path = f"/people/{person}/safeguarding-concerns"
        seeding.seeded.add("concern", seeding.command("outcomes", path, concern, by=by))


def _period(seeding: Seeding, person: str) -> None:
    period = {"legal_status": "02", "started_on": london_day(datetime.now(UTC)).isoformat()}
    path = f"/people/{person}/mha-periods"
    seeding.seeded.add("period", seeding.command("outcomes", path, period, by=seeding.clinician))


def _epds(person: str, day: date) -> dict[str, Any]:
    form = {"instrument": "epds", "items": _HIGH, "orientation": "oriented", "collection_point": "baseline"}
    return {**form, "person_id": person, "completed_on": day.isoformat()}


def _sessions(seeding: Seeding, people: list[str]) -> None:
    """For each person one session to come and one that has begun, with a place on both."""
    for (days, kind), (number, person) in _each(((7, "session"), (-2, "begun session")), people):
        body = {"session_type": "antenatal", **_at(days, number), "capacity": 4, "language": "en", "open_to_all": True}
        session = seeding.seeded.add(kind, seeding.command("scheduling", "/group-sessions", body))
        place = {"person_id": person, "party_size": 2}
        path = f"/group-sessions/{session}/places"
        seeding.seeded.add(f"place of {kind}", seeding.command("scheduling", path, place))


def _each(kinds: tuple[tuple[int, str], ...], people: list[str]) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    return ((kind, numbered) for kind in kinds for numbered in enumerate(people))


def _training(seeding: Seeding) -> None:
    """Two that were planned, one that was held."""
    with Client(seeding.stack.home, f"training-lead.{seeding.pcn.lower()}") as client:
        for number in range(3):
            body = {"course": "asking-about-risk", **_at(-1, number), "objectives": ["ask-about-mood"], "scale": "0-10"}
            planned = seeding.command("training", "/training-sessions", body, by=client)
            seeding.seeded.add("training", planned)
        register = {"attendees": [{"full_name": "Hana Novak (synthetic)", "professional_type": "midwife"}]}
        seeding.command("training", f"/training-sessions/{planned}/hold", register, by=client)
