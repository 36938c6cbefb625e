"""Loads the demonstration through the same commands as everybody else; a second load changes nothing.

The id of each command is derived from the network, the family and the step, so a load that was cut short goes on where it was.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from deploy.cli.client import Client, Refused
from deploy.cli.pcn import bring_on
from deploy.cli.pcn_file import read_pcn_file
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import Progress

_FOLDER = Path(__file__).parent
_PCN = _FOLDER / "pcn-U12001.yaml"
_NAMESPACE = UUID("5f0f1d1e-6a52-5c8e-9a34-8a4f0f6f1201")
_ENROLLED_WITHIN = 30.0
_ASK_AGAIN = 0.1


def load_demonstration(home: Home, progress: Progress) -> None:
    """Configure the synthetic network and send its families' commands."""
    network = read_pcn_file(_PCN)
    with (
        progress.step(f"Bring on the demonstration network {network.pcn_ods_code}"),
        Client(home, "operator") as client,
    ):
        bring_on(home, client, network)
    families = yaml.safe_load((_FOLDER / "families.yaml").read_text(encoding="utf-8"))["families"]
    clinician = f"clinician.{network.pcn_ods_code.lower()}"
    with progress.step(f"Load {len(families)} synthetic families"), Client(home, clinician) as client:
        for family in families:
            _Family(client=client, pcn=network.pcn_ods_code, now=datetime.now(UTC), told=family).load()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    client: Client
    pcn: str
    now: datetime
    told: Mapping[str, Any]

    def load(self) -> None:
        person = self._send("referral", "person", "people", self._person())["id"]
        self._refer(person)
        for number, measure in enumerate(self.told.get("measures", [])):
            self._measure(person, number, measure)

    def _person(self) -> dict[str, Any]:
        dates = {name: value.isoformat() for name, value in self.told["person"].items() if name == "birth_date"}
        if "due_in" in self.told:
            dates["estimated_delivery_date"] = self._day(-self.told["due_in"])
        if "born_days_ago" in self.told:
            dates["infant_birth_date"] = self._day(self.told["born_days_ago"])
        return {**self.told["person"], **dates, "external_reference": f"demonstration-{self.told['key']}"}

    def _refer(self, person: str) -> None:
        told = dict(self.told["referral"])
        received = self.now - timedelta(days=told.pop("days_ago"))
        priority, strand = told.pop("priority", None), told.pop("care_strand", None)
        body = {**told, "person_id": person, "received_at": received.isoformat()}
        referral = self._send("referral", "referral", "referrals", body)["id"]
        if priority:
            self._send("referral", "triage", f"referrals/{referral}/triage", {"clinical_response_priority": priority})
        if strand:
            self._send("referral", "accept", f"referrals/{referral}/accept", {"care_strand": strand})

    def _measure(self, person: str, number: int, told: Mapping[str, Any]) -> None:
        given = {name: told[name] for name in ("instrument", "items", "collection_point")}
        completed = {"completed_on": self._day(told["days_ago"]), "orientation": "oriented"}
        self._once_enrolled(number, {**given, **completed, "person_id": person})

    def _once_enrolled(self, number: int, body: Mapping[str, Any]) -> None:
        """The outcomes service hears of a person through Kafka, a moment after the referral service stored it."""
        end = time.monotonic() + _ENROLLED_WITHIN
        while True:
            try:
                self._send("outcomes", f"measure-{number}", "measures", body)
            except Refused as refusal:
                if refusal.slug != "person-unknown" or time.monotonic() > end:
                    raise StackError(f"the demonstration was not loaded: {refusal}") from refusal
                time.sleep(_ASK_AGAIN)
            else:
                return

    def _send(self, service: str, step: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        command_id = uuid5(_NAMESPACE, f"{self.pcn}/{self.told['key']}/{step}")
        return dict(self.client.command(service, "POST", f"/v1/pcns/{self.pcn}/{path}", body, command_id))

    def _day(self, days_ago: int) -> str:
        return (self.now - timedelta(days=days_ago)).date().isoformat()
