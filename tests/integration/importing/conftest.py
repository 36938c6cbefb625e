"""A stack of its own, networks on it, and the command line as its users run it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.containers import parts
from tests.integration.deploy.typist import Typed
from tests.integration.deploy.typist import perinatal as typed

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "deploy" / "demo"
PCN_FILE = DEMO / "pcn-U00410.yaml"
MAPPING = DEMO / "maternal-410-mapping.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """`perinatal` against one stack."""

    home: Path

    def start(self, *words: object) -> subprocess.Popen[str]:
        env = {**os.environ, "PERINATAL_HOME": str(self.home)}
        argv = [sys.executable, "-m", "deploy.cli.main", *map(str, words)]
        return subprocess.Popen(argv, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words: object) -> Typed:
        return typed(*map(str, words), home=self.home)

    def import_measures(self, file: Path, pcn: str, *more: str) -> tuple[int, dict[str, Any]]:
        """Exit code and summary of an import with the mapping of the research data set."""
        done = self.run("import", "measures", file, "--mapping", MAPPING, "--pcn", pcn, "--yes", "--json", *more)
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    def report(self, pcn: str) -> dict[str, Any]:
        done = self.run("report", "--pcn", pcn, "--from", "2020-01-01", "--to", "2030-01-01", "--format", "json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with parts() as addresses:
        environ = {**os.environ, **addresses}
        stack = Stack(tmp_path_factory.mktemp("import"), fast=True, new_ports=True, environ=environ)
        stack.start()
        yield stack
        stack.stop()


@pytest.fixture(scope="package")
def perinatal(stack: Stack) -> CommandLine:
    return CommandLine(home=stack.home.root)


@pytest.fixture(scope="package")
def bring_on(perinatal: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Bring a network on like the one of the research data set, under a code of its own."""

    def add(pcn: str) -> str:
        file = tmp_path_factory.mktemp(pcn) / "pcn.yaml"
        file.write_text(PCN_FILE.read_text("utf-8").replace("U00410", pcn), "utf-8")
        done = perinatal.run("pcn", "add", file)
        assert done.returncode == 0, done.stderr
        return pcn

    return add


@pytest.fixture(scope="session")
def research_data() -> Path:
    """The research data set, which is not in the repository: PERINATAL_DATA, or shared/data beside it."""
    folder = Path(os.environ.get("PERINATAL_DATA") or ROOT.parent / "shared" / "data")
    file = folder / "maternal_mental_health_410.csv"
    if not file.exists():
        pytest.skip(f"the research data set is not here: {file.name} in the folder PERINATAL_DATA names")
    return file
