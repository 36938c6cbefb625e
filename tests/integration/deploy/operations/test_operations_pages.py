"""Every `perinatal` command of the operations pages, typed as it stands there, page after page, on a platform of its own.

Those of containers are typed in tests/compose/test_pages.py.
"""

import csv
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.cli import health
from deploy.cli.client import Client
from deploy.local.home import Home
from deploy.operations.installation import installation_of
from tests.integration.deploy.local import eventually
from tests.integration.deploy.operations.test_backup import people_in_portal
from tests.integration.deploy.operations.test_parked import PCN, TOPIC, in_portal, received, send
from tests.integration.deploy.typist import Typed, perinatal
from tests.pages import OPERATIONS, PERINATAL, Command, commands, operations

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]

ORDER = (
    *("README.md", "start.md", "pcn.md", "kafka-or-postgres-down.md", "lag.md", "backup.md", "import.md", "rebuild.md"),
    *("parked.md", "erase.md", "rotate-keys.md", "restore.md", "upgrade.md"),
)
"""A network comes on, then what is done while it is in use, then what stops it."""

WORDS = {
    "/backups/": "{folder}/backups/",
    "/safe/": "{folder}/safe/",
    "U00410": PCN,
    "clinic.csv": "{folder}/clinic.csv",
    "clinic-mapping.yaml": "{folder}/clinic-mapping.yaml",
    "referral-7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11": "{mended}",
    "referral-c2d91a54-3b0e-4f7c-8d26-91d7a3be5f08": "{unreadable}",
    "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11": "{person}",
    "the name": "{name}",
}
"""What a page says: what is typed instead."""

EXPECTED = {
    "perinatal parked replay --all": (1, "not-json"),
    "perinatal up": (1, "Run `perinatal reconcile"),
}
"""Where the page says that it does not end with 0: the exit code, and a part of what it says."""

ANSWERS = {"perinatal import measures clinic.csv --mapping clinic-mapping.yaml --pcn U00410": "y\n"}
"""What somebody at the terminal answers."""

NOT_TYPED = {"make demo": "installs from the registries; what it then starts is in test_demo.py"}

ELSEWHERE = "Into an empty stack"
"""The heading whose commands are typed where nothing is yet."""

START, STOP = "perinatal up --detach", "perinatal down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    page: str
    heading: str
    commands: tuple[Command, ...]

    def __str__(self) -> str:
        return f"{self.page} {self.heading}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where somebody sits and types; `values` fill the table."""

    home: Home
    folder: Path
    values: dict[str, str]

    def type(self, command: Command, home: Home) -> Typed:
        """What a page says."""
        words = [self._real(word) for word in command.words[1:]]
        return self.perinatal(*words, home=home, answer=ANSWERS.get(str(command), ""), **command.sets)

    def perinatal(self, *words: str, home: Home | None = None, answer: str = "", **sets: str) -> Typed:
        return perinatal(*words, home=(home or self.home).root, answer=answer, **sets)

    def _real(self, word: str) -> str:
        for said, typed in WORDS.items():
            if said in word:
                word = word.replace(said, typed.format(**self.values))
        return word


def sections_of(page: Path) -> list[Section]:
    typed = [each for each in commands(page) if each.complete and each.words[0] == PERINATAL]
    return [
        Section(page=page.name, heading=heading, commands=tuple(some))
        for heading, some in groupby(typed, lambda command: command.heading)
    ]


def operations_in_order() -> list[Path]:
    return [OPERATIONS / name for name in ORDER if (OPERATIONS / name).exists()]


SECTIONS = [section for page in operations_in_order() for section in sections_of(page)]
TYPED = [command for section in SECTIONS for command in section.commands]


def superfluous() -> Iterator[Command]:
    """A start takes as long as fifty other commands. So one with nothing before the next stop is left out, with that stop; and of
    stops that are followed by a start at once, the first is typed."""
    restarted = False
    for before, after in pairwise(TYPED):
        said = (str(before), str(after))
        if said == (START, STOP) or (said == (STOP, START) and restarted):
            yield from (before, after)
        restarted = restarted or said == (STOP, START)


LEFT_OUT = {command.place for command in superfluous()}


@pytest.fixture(scope="module")
def desk(home_of_module: Home) -> Iterator[Desk]:
    folder = home_of_module.root.parent
    for name in ("backups", "safe"):
        (folder / name).mkdir()
    values = {"folder": str(folder), "name": f"Quillon {uuid4().hex}"}
    values |= {"mended": f"referral-{uuid4()}", "unreadable": f"referral-{uuid4()}"}
    desk = Desk(home=home_of_module, folder=folder, values=values)
    up = desk.perinatal("up", "--detach")
    assert up.returncode == 0, up.stderr
    yield desk
    desk.perinatal("down")


@pytest.fixture
def empty(desk: Desk) -> Iterator[Home]:
    """Where nothing is yet."""
    home = Home(root=desk.folder / "empty")
    yield home
    if home.root.exists():
        desk.perinatal("down", home=home)
        shutil.rmtree(home.root)


def write_spreadsheet(desk: Desk) -> None:
    """With the columns the page's own mapping names."""
    (mapping,) = re.findall(r"```yaml\n(.*?)```", (OPERATIONS / "import.md").read_text("utf-8"), re.DOTALL)
    (desk.folder / "clinic-mapping.yaml").write_text(mapping, "utf-8")
    day = datetime.now(UTC) - timedelta(days=1)
    row = {"Ethnicity": "2", "Interpreter": "no", "IMD": "3", "Practice": "Y12011", "Gestation": "", "Age": "2"}
    row |= {"Date": f"{day:%d/%m/%Y}", **{f"EPDS_{item}": "1" for item in range(1, 11)}}
    row |= {f"HADS_{item}": "2" for item in range(1, 14, 2)}
    with (desk.folder / "clinic.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["Client ID", *row])
        writer.writeheader()
        writer.writerows({"Client ID": client, **row} for client in ("c1", "c2", "c3"))


def park_two_streams(desk: Desk) -> None:
    """One that stands still by hand, so that nothing is wrong with it, and one that nobody can read."""
    installation = installation_of(desk.home)
    mended, unreadable = desk.values["mended"], desk.values["unreadable"]
    in_portal(
        installation,
        "insert into parked_streams (tenant, consumer, topic, stream, reason, error_type)"
        " values ($1, 'portal', $2, $3, 'handler-failed', 'KeyError')",
        *(PCN, TOPIC, mended),
    )
    send(installation, received(mended))
    send(installation, received(unreadable), b"{'note': 'no JSON'}")
    parked = "select count(*) from parked_events where stream = any ($1)"
    eventually(lambda: in_portal(installation, parked, [mended, unreadable]) == 2, "both being parked", within=60)


def register_somebody(desk: Desk) -> None:
    facts = {"ethnic_category": "K", "preferred_language": "bn", "interpreter_required": True}
    who = {"full_name": desk.values["name"], "nhs_number_missing_reason": "nhs-number-not-known"}
    with Client(desk.home, "importer") as client:
        answer = client.command("referral", "POST", f"/v1/pcns/{PCN}/people", {**facts, **who}, uuid4())
    desk.values["person"] = str(answer["id"])


def lose_kafka(desk: Desk) -> None:
    shutil.rmtree(desk.home.read_state()["data"]["kafka"])


def count_people(desk: Desk) -> None:
    desk.values["people"] = str(people_in_portal(desk.home))


BEFORE: Mapping[str, Callable[[Desk], None]] = {
    "import.md": write_spreadsheet,
    "parked.md": park_two_streams,
    "erase.md": register_somebody,
    "restore.md": count_people,
    "perinatal relay anew --dry-run": lose_kafka,
}
"""What has happened before a page, or before one of its commands, makes sense."""


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_what_a_page_says_can_be_typed(desk: Desk, empty: Home, section: Section) -> None:
    if section == first_of(section.page):
        BEFORE.get(section.page, lambda _: None)(desk)
    for command in (each for each in section.commands if each.place not in LEFT_OUT):
        BEFORE.get(str(command), lambda _: None)(desk)
        done = desk.type(command, empty if section.heading == ELSEWHERE else desk.home)
        code, words = EXPECTED.get(str(command), (0, ""))
        said = f"{command.place} {command}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, said
        assert words in done.stdout + done.stderr, said
        assert "Traceback" not in done.stderr, said


def first_of(page: str) -> Section:
    return next(each for each in SECTIONS if each.page == page)


def test_after_all_of_it_the_platform_holds(desk: Desk) -> None:
    known = int(desk.values["people"])
    eventually(lambda: people_in_portal(desk.home) == known, "the portal has everybody again", within=60)
    for words in (("store", "verify"), ("relay", "verify")):
        done = desk.perinatal(*words)
        assert done.returncode == 0, done.stderr
    assert health.report(desk.home).ready


def test_no_command_of_a_page_is_forgotten() -> None:
    assert {page.name for page in operations()} == {page.name for page in operations_in_order()}
    whole = {str(each) for page in operations() for each in commands(page) if each.complete}
    elsewhere = {text for text in whole if "docker " in text}
    typed = {str(each) for each in TYPED if each.place not in LEFT_OUT}
    assert whole - typed - elsewhere == NOT_TYPED.keys()
    assert typed >= {*EXPECTED, *ANSWERS, *(name for name in BEFORE if not name.endswith(".md"))}
