"""Into which installation the demonstration goes."""

from pathlib import Path

import pytest

from deploy.demo.load import load_demonstration
from deploy.local.errors import StackError
from deploy.local.home import Home
from deploy.local.progress import Silent
from deploy.local.services import SERVICES


def test_not_into_one_for_real_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the environment names the parts, the portal's pages say that people are made up only if it says so."""
    for name in ("POSTGRES", "KAFKA", "ISSUER", *(f"{spec.name.upper()}_URL" for spec in SERVICES)):
        monkeypatch.setenv(f"PERINATAL_{name}", "127.0.0.1:1")
    monkeypatch.delenv("PERINATAL_SYNTHETIC", raising=False)
    with pytest.raises(StackError, match="PERINATAL_SYNTHETIC=true"):
        load_demonstration(Home(root=tmp_path), Silent())
