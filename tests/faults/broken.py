"""Plants each fault of the `planted_in_*` modules in a copy of the tree, runs the test that must see it, and prints what happened.

    python -m tests.faults.broken [WORD …]     only the faults whose invariant is, or whose description has, one of the words

The checkout is not touched. Takes a quarter of an hour; not part of `make test`. Exit code 1 when a fault was not seen, or when the
tests do not pass with nothing broken.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.faults.fault import Fault
from tests.faults.planted_in_flow import IN_FLOW
from tests.faults.planted_in_parking import IN_PARKING
from tests.faults.planted_in_privacy import IN_PRIVACY
from tests.faults.planted_in_store import IN_STORE

PLANTED = (*IN_STORE, *IN_FLOW, *IN_PARKING, *IN_PRIVACY)
ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".local", ".*_cache", ".hypothesis", "__pycache__", "node_modules", "*.egg-info"
)
LIMIT = 400
PATIENCE = "20"
"""Seconds a probe waits in a broken tree: what has not come by then is not coming."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the tests said: their names by what became of them."""

    passed: Sequence[str]
    failed: Sequence[str]
    in_error: Sequence[str]


@contextlib.contextmanager
def copied_tree() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="broken-") as folder:
        # PostgreSQL runs under an account of its own where we are root: it has to get to the folder.
        Path(folder).chmod(0o755)
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT, symlinks=True)
        yield tree


@contextlib.contextmanager
def planted(fault: Fault, tree: Path) -> Iterator[None]:
    """The fault in the tree, until the end of the block. Raises ValueError where it no longer fits the code."""
    before: dict[Path, str] = {}
    try:
        for edit in fault.edits:
            path = tree / edit.file
            text = path.read_text("utf-8")
            before.setdefault(path, text)
            if text.count(edit.old) != edit.times:
                raise ValueError(f"{edit.file} has {text.count(edit.old)} times {edit.old!r}")
            path.write_text(text.replace(edit.old, edit.new), "utf-8")
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, "utf-8")


def run_tests(tree: Path, tests: Sequence[str], patience: str) -> Run:
    """Everything these tests write goes to a folder of this run, which is removed."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=tree.parent) as place:
        Path(place).chmod(0o755)
        report = Path(place) / "report.xml"
        options = ("-q", "--no-header", "-p", "no:cacheprovider", f"--junitxml={report}", f"--basetemp={place}/tests")
        subprocess.run(
            [sys.executable, "-m", "pytest", *options, *(f"tests/faults/{test}" for test in tests)],
            cwd=tree,
            env={**os.environ, "PERINATAL_PATIENCE": patience, "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": place},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LIMIT,
            check=False,
        )
        return _read(report)


def _read(report: Path) -> Run:
    cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # noqa: S314 - our own report
    return Run(
        passed=[_named(case) for case in cases if not len(case)],
        failed=[_named(case) for case in cases if case.find("failure") is not None],
        in_error=[_named(case) for case in cases if case.find("error") is not None],
    )


def _named(case: ET.Element) -> str:
    return f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name')}"


def judge(fault: Fault, tree: Path) -> tuple[bool, str]:
    """Whether it was seen, and by whom. A test that could not even begin has seen nothing."""
    try:
        with planted(fault, tree):
            run = run_tests(tree, [fault.test], PATIENCE)
    except (ValueError, subprocess.TimeoutExpired) as problem:
        return False, str(problem)
    if run.failed:
        more = f" and {len(run.failed) - 1} more" if len(run.failed) > 1 else ""
        return True, f"{run.failed[0]}{more}"
    return False, f"not seen: {len(run.passed)} passed, in error: {', '.join(run.in_error) or 'none'}"


def chosen(words: Sequence[str]) -> list[Fault]:
    return [
        fault
        for fault in PLANTED
        if not words or any(word == str(fault.invariant) or word in fault.broken for word in words)
    ]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    faults = chosen(words)
    with copied_tree() as tree:
        tests = list(dict.fromkeys(fault.test for fault in faults))
        whole = run_tests(tree, tests, "60")
        if whole.failed or whole.in_error or not whole.passed:
            say(f"the tests do not pass with nothing broken: {[*whole.failed, *whole.in_error]}")
            return 1
        say(
            f"nothing broken: {len(whole.passed)} tests pass\n\n| invariant | broken | seen by | s |\n|---|---|---|---|"
        )
        missed = 0
        for fault in faults:
            began = time.monotonic()
            seen, by = judge(fault, tree)
            missed += not seen
            say(
                f"| {fault.invariant} | {fault.broken} | {by if seen else f'**{by}**'} | {time.monotonic() - began:.0f} |"
            )
    say(f"\n{len(faults) - missed} of {len(faults)} seen")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
