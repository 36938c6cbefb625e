"""`python -m tests.benchmarks [NAME…] [--seconds N] [--rounds N] [--out DIR]`: the figures of docs/benchmarks.md."""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import uvloop

from deploy.local.errors import StackError
from deploy.local.stack import Stack
from services.kit.service import spare_the_collector
from tests.benchmarks import append, fold, lists, machine, pages, portal, position, rebuild, relay, visible
from tests.benchmarks.bench import QUIET, Bench
from tests.benchmarks.figures import Report, markdown

BENCHMARKS: dict[str, ModuleType] = {
    module.NAME: module for module in (append, position, relay, visible, portal, fold, rebuild, lists, pages)
}


def main() -> None:
    given = _arguments()
    for name in given.names or BENCHMARKS:
        try:
            report = _run(BENCHMARKS[name], given)
        except StackError as problem:
            sys.exit(f"{problem}\n{problem.detail}")
        sys.stdout.write("\n" + markdown(report) + "\n")


def _run(module: ModuleType, given: argparse.Namespace) -> Report:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        stack = _stack(Path(folder) / "stack", module)
        stack.start()
        try:
            return uvloop.run(_measured(module, _bench(stack, Path(folder), given), given))
        finally:
            stack.stop()


def _stack(home: Path, module: ModuleType) -> Stack:
    """Durable. With the services come their topics; without them a benchmark makes its own."""
    parts: Sequence[str] = getattr(module, "PARTS", ("postgres",))
    if "services" in parts:
        return Stack(home, parts=parts, demo=getattr(module, "DEMO", False), throw_away=True)
    return Stack(home, parts=parts, services=(), topics=(), throw_away=True)


def _bench(stack: Stack, folder: Path, given: argparse.Namespace) -> Bench:
    lengths = {"seconds": given.seconds, "rounds": given.rounds, "tries": given.tries, "patience": given.patience}
    return Bench(stack=stack, folder=folder, tell=_tell, **lengths)


async def _measured(module: ModuleType, bench: Bench, given: argparse.Namespace) -> Report:
    spare_the_collector()
    await machine.quiet(QUIET, given.patience, _tell)
    before = machine.described() | {"postgres": await machine.server(bench.stack.wiring.postgres_admin)}
    report: Report = await module.run(bench)
    length = getattr(module, "METHOD", f"{given.rounds} rounds of {given.seconds:g} s")
    method = {"length": length, "seconds": given.seconds, "rounds": given.rounds, "tries": given.tries, "quiet": QUIET}
    told = {"machine": before, "load_after": machine.load(), "method": method, "report": report.as_json()}
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / f"{module.NAME}.json").write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")
    (given.out / "tables.md").write_text(_tables(given.out), "utf-8")
    return report


def _tables(folder: Path) -> str:
    """Every table there are raw figures for."""
    parts = ["# Tables of the measurements\n\nMade by `make bench` from the raw figures beside this file.\n"]
    for name in BENCHMARKS:
        if (raw := folder / f"{name}.json").exists():
            told = orjson.loads(raw.read_bytes())
            report = Report.from_json(told["report"])
            taken = f"Taken {told['machine']['taken_at']}, {_length(told['method'])}"
            parts.append(f"{markdown(report)}\n{taken}; others had at most {report.others:.0%} of the processors.\n")
    return "\n".join(parts)


def _length(method: Mapping[str, Any]) -> str:
    """How long it was measured; figures of before this was written down had rounds of seconds."""
    return str(method.get("length") or f"{method['rounds']} rounds of {method['seconds']:g} s")


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="perinatal bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of one sample")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured, one after the other")
    parser.add_argument("--tries", type=int, default=4, help="how often a sample is taken anew when others were busy")
    parser.add_argument("--patience", type=float, default=0.0, help="seconds to wait for a quiet machine each time")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
