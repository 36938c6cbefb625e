"""A missing setting ends the start with its name and without its value."""

from pathlib import Path

import pytest

from services.kit.settings import Migration, StoreSettings, read_settings, told


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
