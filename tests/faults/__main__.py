"""`python -m tests.faults [NAME…] [--seeds N] [--seed S]`: bring the known failures about, and say which were withstood."""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.faults.scenarios import SCENARIOS, Scenario

ROOT = Path(__file__).parents[2]
_LIMIT = 1_800
"""Seconds that all scenarios may take for one seed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a scenario's tests with one seed. `seconds` are its tests' own."""

    name: str
    seed: int
    passed: int
    skipped: int
    failed: Sequence[str]
    seconds: float

    @property
    def held(self) -> bool:
        return self.passed > 0 and not self.failed


def main() -> None:
    given = _arguments()
    chosen = [scenario for scenario in SCENARIOS if not given.names or scenario.name in given.names]
    outcomes = [outcome for seed in _seeds(given) for outcome in _told(_run(chosen, seed, quiet=not given.verbose))]
    if given.json:
        sys.stdout.write(json.dumps([{**vars_of(outcome), "held": outcome.held} for outcome in outcomes]) + "\n")
    else:
        _summary(chosen, outcomes)
    sys.exit(0 if all(outcome.held for outcome in outcomes) else 1)


def _run(chosen: Sequence[Scenario], seed: int, *, quiet: bool) -> list[Outcome]:
    """Every scenario once, all that breaks at random decided by this seed."""
    wanted = list(dict.fromkeys(test for scenario in chosen for test in scenario.tests))
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        report = Path(folder) / "report.xml"
        said = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *wanted],
            cwd=ROOT,
            env={**os.environ, "PERINATAL_SEED": str(seed)},
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
        if not report.exists():
            sys.exit(f"the tests could not be run:\n{said.stdout or ''}")
        cases = _cases(report)
    outcomes = [_outcome(scenario, seed, cases) for scenario in chosen]
    if quiet and not all(outcome.held for outcome in outcomes):
        sys.stderr.write(said.stdout)
    return outcomes


def _cases(report: Path) -> Mapping[str, ET.Element]:
    """The tests that ran, by file and name."""
    found = ET.parse(report).iter("testcase")  # noqa: S314 - our own report
    return {f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}": case for case in found}


def _outcome(scenario: Scenario, seed: int, cases: Mapping[str, ET.Element]) -> Outcome:
    mine = {name: case for name, case in cases.items() if any(_is_of(name, test) for test in scenario.tests)}
    bad = [name for name, case in mine.items() if case.find("failure") is not None or case.find("error") is not None]
    skipped = [name for name, case in mine.items() if case.find("skipped") is not None]
    return Outcome(
        name=scenario.name,
        seed=seed,
        passed=len(mine) - len(bad) - len(skipped),
        skipped=len(skipped),
        failed=bad,
        seconds=round(sum(float(case.get("time", 0)) for case in mine.values()), 1),
    )


def _is_of(name: str, test: str) -> bool:
    """A test of this file, or this test with any parameters."""
    return name == test or name.startswith((f"{test}::", f"{test}["))


def _told(outcomes: list[Outcome]) -> list[Outcome]:
    for outcome in outcomes:
        word = "held" if outcome.held else "BROKEN"
        sys.stderr.write(
            f"{outcome.name:4} seed {outcome.seed:<11} {word:7} {outcome.passed} passed {outcome.seconds:6.1f} s\n"
        )
    return outcomes


def _summary(chosen: Sequence[Scenario], outcomes: Sequence[Outcome]) -> None:
    for scenario in chosen:
        mine = [outcome for outcome in outcomes if outcome.name == scenario.name]
        held = sum(outcome.held for outcome in mine)
        sys.stdout.write(f"{scenario.name:4} {held}/{len(mine)} seeds  {scenario.what}: {scenario.must_hold}\n")
        for outcome in mine:
            for test in outcome.failed:
                sys.stdout.write(f"     again: perinatal faults {scenario.name} --seed {outcome.seed}  ({test})\n")


def _seeds(given: argparse.Namespace) -> list[int]:
    if given.seed is not None:
        return [given.seed]
    return [random.SystemRandom().randrange(2**32) for _ in range(given.seeds)]


def vars_of(outcome: Outcome) -> dict[str, object]:
    return {name: getattr(outcome, name) for name in Outcome.__slots__}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="perinatal faults")
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{names[0]} to {names[-1]}; all when none is named")
    parser.add_argument("--seeds", type=int, default=1, help="so many runs, each with a seed of its own")
    parser.add_argument("--seed", type=int, help="this seed, to see a run again")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="with pytest's own words")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(names)):
        parser.error(f"there is no {', '.join(unknown)}: choose from {names[0]} to {names[-1]}")
    return given


if __name__ == "__main__":
    main()
