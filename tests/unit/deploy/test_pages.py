"""What the pages tell people to type exists, and what they link to is there. Typing it: tests/integration/deploy, tests/compose."""

import re
from pathlib import Path

import pytest
import yaml

from deploy.cli.pcn_file import read_pcn_file
from tests.pages import OPERATIONS, ROOT, Command, UnknownWord, commands, links, needs_nothing_more, operations, pages

each_page = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
each_of_operations = pytest.mark.parametrize("page", operations(), ids=lambda page: page.name)

TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
PROFILES = {profile for service in COMPOSE["services"].values() for profile in service.get("profiles", [])}


@each_page
def test_what_a_page_tells_to_type_exists(page: Path) -> None:
    for command in commands(page):
        if command.perinatal:
            needs_nothing_more(command.perinatal)
        if command.words[0] == "make":
            assert {word for word in command.words[1:] if "=" not in word} <= TARGETS, command.place
        for option, profile in zip(command.words, command.words[1:], strict=False):
            assert option != "--profile" or profile in {*PROFILES, "*"}, command.place


@each_of_operations
def test_what_stands_in_a_block_can_be_copied(page: Path) -> None:
    assert [f"{each.place} {each}" for each in commands(page) if each.block and not each.complete] == []


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_the_first_page_leads_to_all_of_operations() -> None:
    there = {page.name for page in operations()}
    assert there - {"README.md"} == {target for target in links(OPERATIONS / "README.md") if "/" not in target}


def test_every_runbook_of_an_alert_is_a_page() -> None:
    named = re.findall(r"runbook: (\S+)", (ROOT / "deploy" / "observability" / "alerts.yml").read_text("utf-8"))
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert named


def test_the_example_of_a_networks_file_is_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", (OPERATIONS / "pcn.md").read_text("utf-8"), re.DOTALL)
    file = tmp_path / "pcn.yaml"
    file.write_text(example, "utf-8")
    assert read_pcn_file(file).pcn_ods_code == "U12001"


PAGE = """# One

Say `perinatal status` or `PERINATAL_HOME=/x perinatal restore
FOLDER`, not `status`.

1. ```
   make demo   # once
   ```

## Two

```
PERINATAL_SYNTHETIC=true docker compose run --rm operations pcn list --json
```

```yaml
perinatal: no command
```
"""


def written(folder: Path, text: str) -> Path:
    page = folder / "page.md"
    page.write_text(text, "utf-8")
    return page


def test_commands_are_found_where_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = commands(written(tmp_path, PAGE))
    assert [(each.line, each.heading, str(each), each.block, each.complete) for each in found] == [
        (3, "One", "perinatal status", False, True),
        (3, "One", "PERINATAL_HOME=/x perinatal restore FOLDER", False, False),
        (7, "One", "make demo", True, True),
        (13, "Two", "PERINATAL_SYNTHETIC=true docker compose run --rm operations pcn list --json", True, True),
    ]
    assert found[-1].perinatal == ("pcn", "list", "--json")


@pytest.mark.parametrize(
    "wrong", ["perinatal statsu", "perinatal status --jsn", "perinatal down now", "perinatal pcn ad FILE"]
)
def test_what_does_not_exist_is_seen(tmp_path: Path, wrong: str) -> None:
    (command,) = commands(written(tmp_path, f"`{wrong}`"))
    with pytest.raises(UnknownWord):
        needs_nothing_more(command.perinatal)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("perinatal pcn", False),
        ("perinatal pcn add", False),
        ("perinatal report --pcn U12001 --from 2026-01-01", False),
        ("perinatal report --pcn=U12001 --from 2026-01-01 --to 2026-02-01 -o x.csv", True),
        ("perinatal store verify [SERVICE]", False),
        ("docker compose logs migrate-NAME", False),
        ("docker compose run --rm operations …", False),
        ('docker compose run -v "$PWD/x:/files" operations pcn add /files/x.yaml', True),
        ("docker compose stop", True),
    ],
)
def test_what_lacks_something_only_shows_a_shape(tmp_path: Path, text: str, whole: bool) -> None:
    (command,) = commands(written(tmp_path, f"`{text}`"))
    assert isinstance(command, Command)
    assert command.complete is whole


def test_a_line_of_a_block_that_is_no_command_is_seen(tmp_path: Path) -> None:
    with pytest.raises(UnknownWord, match=r"page\.md:3"):
        commands(written(tmp_path, "```\nperinatal up\nsudo make demo\n```\n"))
