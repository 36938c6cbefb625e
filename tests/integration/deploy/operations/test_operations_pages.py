"""Every `perinatal` command of the operations pages, typed as it stands there, page after page, on a platform of its own.

Those of containers are typed in tests/compose/test_pages.py.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.cli import health
from deploy.cli.client import Client
from deploy.local.home import Home
from deploy.operations.installation import installation_of
from tests.integration.deploy.local import eventually
from tests.integration.deploy.operations import test_backup
from tests.integration.deploy.operations.desk import ANSWERS, EXPECTED, PCN, Desk, Section, sections_of, superfluous
from tests.integration.deploy.operations.test_parked import TOPIC, in_portal, received, send
from tests.integration.deploy.typist import perinatal
from tests.pages import OPERATIONS, commands, operations

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(600)]

ORDER = (
    *("README.md", "start.md", "pcn.md", "kafka-or-postgres-down.md", "lag.md", "backup.md", "import.md", "rebuild.md"),
    *("parked.md", "erase.md", "rotate-keys.md", "upgrade.md"),
)
"""A network comes on, then what is done while it is in use, then what stops it. restore.md is typed in test_backup.py."""

NOT_TYPED = {"make demo": "installs from the registries; what it then starts is in test_demo.py"}

SECTIONS = [section for page in ORDER for section in sections_of(page)]
LEFT_OUT = set(superfluous(command for section in SECTIONS for command in section.commands))


@pytest.fixture(scope="module")
def desk(home_of_module: Home) -> Iterator[Desk]:
    folder = home_of_module.root.parent
    for name in ("backups", "safe"):
        (folder / name).mkdir()
    values = {"folder": str(folder), "name": f"Quillon {uuid4().hex}"}
    values |= {"mended": f"referral-{uuid4()}", "unreadable": f"referral-{uuid4()}"}
    up = perinatal("up", "--detach", home=home_of_module.root)
    assert up.returncode == 0, up.stderr
    yield Desk(home=home_of_module, values=values)
    perinatal("down", home=home_of_module.root)


def write_spreadsheet(desk: Desk) -> None:
    """With the columns the page's own mapping names."""
    (mapping,) = re.findall(r"```yaml\n(.*?)```", (OPERATIONS / "import.md").read_text("utf-8"), re.DOTALL)
    (Path(desk.values["folder"]) / "clinic-mapping.yaml").write_text(mapping, "utf-8")
    day = datetime.now(UTC) - timedelta(days=1)
    row = {"Ethnicity": "2", "Interpreter": "no", "IMD": "3", "Practice": "Y12011", "Gestation": "", "Age": "2"}
    row |= {"Date": f"{day:%d/%m/%Y}", **{f"EPDS_{item}": "1" for item in range(1, 11)}}
    row |= {f"HADS_{item}": "2" for item in range(1, 14, 2)}
    with (Path(desk.values["folder"]) / "clinic.csv").open("w", encoding="utf-8", newline="") as file:
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


BEFORE: Mapping[str, Callable[[Desk], None]] = {
    "import.md": write_spreadsheet,
    "parked.md": park_two_streams,
    "erase.md": register_somebody,
}
"""What has happened before a page makes sense."""


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_what_a_page_says_can_be_typed(desk: Desk, section: Section) -> None:
    if section == first_of(section.page):
        BEFORE.get(section.page, lambda _: None)(desk)
    for command in (each for each in section.commands if each.place not in LEFT_OUT):
        desk.type(command)


def first_of(page: str) -> Section:
    return next(each for each in SECTIONS if each.page == page)


def test_after_all_of_it_the_platform_holds(desk: Desk) -> None:
    for words in (("store", "verify"), ("relay", "verify")):
        done = perinatal(*words, home=desk.home.root)
        assert done.returncode == 0, done.stderr
    assert health.report(desk.home).ready


def test_no_command_of_a_page_is_forgotten() -> None:
    assert {page.name for page in operations()} - {*ORDER} == {test_backup.PAGE}
    whole = {str(each) for page in operations() for each in commands(page) if each.complete}
    elsewhere = {text for text in whole if "docker " in text}
    here = {str(each) for section in SECTIONS for each in section.commands if each.place not in LEFT_OUT}
    typed = here | {str(each) for each in test_backup.TYPED}
    assert whole - typed - elsewhere == NOT_TYPED.keys()
    assert typed >= {*EXPECTED, *ANSWERS}
