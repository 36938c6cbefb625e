"""A missing setting ends the start with its name and without its value."""

import pytest

from services.kit.settings import StoreSettings, read_settings


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
