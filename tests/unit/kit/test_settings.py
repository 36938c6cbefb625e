"""A missing setting ends the start with its name and without its value."""

import base64
from pathlib import Path

import pytest

from services.kit.settings import Migration, StoreSettings, keys_of, read_settings, told


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PERINATAL_DATABASE", "postgresql://nowhere/x")
    monkeypatch.setenv("PERINATAL_KEYRING_MASTER_KEY", "c2hvcnQ=")
    with pytest.raises(SystemExit) as ended:
        read_settings(StoreSettings)
    line = str(ended.value)
    assert "PERINATAL_KAFKA" in line
    assert "PERINATAL_KEYRING_MASTER_KEY" in line
    assert "32 bytes" in line
    assert "c2hvcnQ" not in line
    assert "\n" not in line


def test_a_setting_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "PERINATAL_DATABASE_OWNER").write_text("postgresql://from-a-file/x\n")
    monkeypatch.setenv("PERINATAL_SECRETS", str(tmp_path))
    assert read_settings(Migration).database_owner == "postgresql://from-a-file/x"
    monkeypatch.setenv("PERINATAL_DATABASE_OWNER", "postgresql://from-the-environment/x")
    assert read_settings(Migration).database_owner == "postgresql://from-the-environment/x"


def test_files_and_environment_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "PERINATAL_KAFKA").write_text("from-a-file\n")
    (tmp_path / "PERINATAL_DATABASE").write_text("from-a-file")
    (tmp_path / "something-else").write_text("not a setting")
    environ = {"PERINATAL_SECRETS": str(tmp_path), "PERINATAL_DATABASE": "from-the-environment"}
    assert told(environ) == {**environ, "PERINATAL_KAFKA": "from-a-file"}
    assert told({"PERINATAL_DATABASE": "x"}) == {"PERINATAL_DATABASE": "x"}


NEWER, OLDER = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.mark.parametrize("written", [f"{NEWER},{OLDER}", f"{NEWER}, {OLDER}\n"])
@pytest.mark.parametrize("beside", [True, False])
def test_there_may_be_more_than_one_master_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, written: str, beside: bool
) -> None:
    for name in ("DATABASE", "KAFKA", "ISSUER", "AUDIENCE", "KEYRING"):
        monkeypatch.setenv(f"PERINATAL_{name}", "x")
    if beside:
        (tmp_path / "PERINATAL_KEYRING_MASTER_KEY").write_text(written)
        monkeypatch.setenv("PERINATAL_SECRETS", str(tmp_path))
    else:
        monkeypatch.setenv("PERINATAL_KEYRING_MASTER_KEY", written)
    assert read_settings(StoreSettings).keyring_master_key == (b"\x01" * 32, b"\x02" * 32)


@pytest.mark.parametrize("wrong", ["", ",", f"{NEWER},", f"{NEWER},c2hvcnQ=", "not base64"])
def test_one_wrong_master_key_is_enough_to_refuse(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"base64|padding"):
        keys_of(wrong)
