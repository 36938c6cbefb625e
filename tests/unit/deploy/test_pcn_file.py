"""The file of a network: what is wrong in it is said by file, line and field."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli.main import program
from deploy.cli.pcn_file import read_pcn_file
from deploy.local.errors import StackError

DEMO = Path(__file__).parents[3] / "deploy" / "demo"


@pytest.mark.parametrize("file", sorted(DEMO.glob("pcn-*.yaml")), ids=lambda file: file.stem)
def test_the_networks_of_the_repository_are_well_formed(file: Path) -> None:
    done = CliRunner().invoke(program(), ["pcn", "check", str(file)])
    assert (done.exit_code, "no mistakes" in done.stdout) == (0, True)


def test_the_body_of_the_command_is_what_the_file_says() -> None:
    body = read_pcn_file(DEMO / "pcn-U00410.yaml").body()
    assert body["practices"] == [{"ods_code": "Y04101", "name": "Lakeside Research Practice"}]
    assert (body["pcn_ods_code"], body["waiting_threshold_days"]) == ("U00410", 28)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pcn_ods_code: [", "line 1: not YAML"),
        ("pcn_ods_code: X1\n", "line 1, pcn_ods_code: must be U and five digits, as in U12345"),
        ("name: A\nname: B\n", "line 2, name: given twice"),
        ("\n\nwaiting_threshold_days: soon\n", "line 3, waiting_threshold_days: must be a whole number"),
        ("practices:\n  - ods_code: Y12011\n    nam: A\n", "line 3, practices[1].nam: is not a field of this file"),
        ("name: A\n", "line 1, pcn_ods_code: is missing"),
        ("name: 7\n", "line 1, name: must be text"),
        ("care_strands: []\n", "line 1, care_strands: must have at least one entry"),
        (
            "name: A\ncare_strands: [universal, univrsal]\n",
            "line 2, care_strands[2]: is none of universal, parent_infant",
        ),
        ("name: A\npractices: [{left_on: 2026-02-30}]\n", "line 2: not YAML: day is out of range for month"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "pcn.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StackError) as refused:
        read_pcn_file(file)
    assert f"{file}: {said}" in f"{refused.value}\n{refused.value.detail}"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"nothing\.yaml: there is no such file"):
        read_pcn_file(tmp_path / "nothing.yaml")


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pcn.yaml"
    file.write_bytes("name: Café".encode("latin-1"))
    with pytest.raises(StackError, match="is not UTF-8 text, from byte 10"):
        read_pcn_file(file)
