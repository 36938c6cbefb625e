"""Loads the demonstration through the same commands as everybody else, once.

The id of each command is derived from the network, the story and the step, so a load that was cut short goes on where it was, and
one that was done changes nothing. `PERINATAL_DEMO_FAMILIES` is the number of families of a network, for tests that need few.
"""

import os
from collections.abc import Sequence
from datetime import date, datetime

from deploy.cli.client import Client
from deploy.cli.pcn import bring_on
from deploy.cli.pcn_file import PcnFile
from deploy.demo.calendar import LONDON, Diaries
from deploy.demo.character import character_of, networks
from deploy.demo.families import Family
from deploy.demo.groups import group_stories
from deploy.demo.sending import Sending
from deploy.demo.story import COORDINATOR, Step, Story
from deploy.demo.team import team_stories
from deploy.demo.told import PCN as TOLD_PCN
from deploy.demo.told import told_stories
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import Progress
from deploy.operations.installation import running
from services.training.application import input_id_for

FAMILIES = 260
_VARIABLE = "PERINATAL_DEMO_FAMILIES"


def load_demonstration(home: Home, progress: Progress) -> None:
    """Configure the synthetic networks and send what happened in them, unless that was done before. Raises StackError."""
    if not running(home).synthetic:
        raise StackError(
            "the demonstration goes only where people are made up: start everything with PERINATAL_SYNTHETIC=true"
        )
    found = networks()
    with progress.step(f"Bring on {len(found)} demonstration networks"), Client(home, "operator") as client:
        for network in found:
            bring_on(home, client, network)
    missing = [network for network in found if not _is_loaded(home, network.pcn_ods_code)]
    if not missing:
        return
    today = datetime.now(LONDON).date()
    count = _families_wanted()
    stories = [story for network in missing for story in stories_of(network, today, count)]
    with progress.step(f"Load {count} synthetic families for each network"):
        Sending(home=home, progress=progress, stories=stories).run()
        Sending(home=home, progress=progress, stories=[_last(network.pcn_ods_code, today) for network in missing]).run()


def _families_wanted() -> int:
    told = os.environ.get(_VARIABLE, str(FAMILIES))
    if not told.isdecimal() or int(told) < 1:
        raise StackError(f"{_VARIABLE} is {told!r}: it has to be a number of families, at least 1")
    return int(told)


def stories_of(network: PcnFile, today: date, families: int) -> Sequence[Story]:
    """All that happened in one network up to `today`; more families change nothing for those there are."""
    character = character_of(network)
    pcn = network.pcn_ods_code.lower()
    team = [f"clinician.{pcn}", f"psychologist.{pcn}", f"nursery-nurse.{pcn}"]
    diaries = Diaries(clinicians=team)
    drawn = [
        Family(character=character, number=number, today=today, diaries=diaries).story() for number in range(families)
    ]
    told = told_stories(today) if network.pcn_ods_code == TOLD_PCN else []
    return [*told, *drawn, *group_stories(character, today, families), *team_stories(character, today, families)]


def _last(pcn: str, today: date) -> Story:
    """What is sent when everything else was: it shows that a network is loaded."""
    body = {"kind": "feedback-event", "people": 9, "held_on": today.isoformat()}
    step = Step(name="log", account=COORDINATOR, service="training", path="community-input", body=body)
    return Story(pcn=pcn, key="last", course=[step])


def _is_loaded(home: Home, pcn: str) -> bool:
    last = _last(pcn, date.min)
    made = input_id_for(last.command_id(last.course[0]))
    with Client(home, f"{COORDINATOR}.{pcn.lower()}") as client:
        known = client.get("training", f"/v1/pcns/{pcn}/community-input")
    return made in {each["input_id"] for each in known}
