"""Somebody with `perinatal` read in already: types each command they are given in a process of its own.

Reading it in takes a second of a processor, and the operations pages have a hundred commands. As a program it takes lines of JSON,
{"words", "env", "terminal", "said"}, the last two the paths of standard input and of both outputs; the answer is an exit code.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.cli.main import main, program
from deploy.local.services import SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """`said` is what both outputs say."""

    code: int
    said: str


class Typist:
    def __enter__(self) -> "Typist":
        arguments = [sys.executable, "-m", "tests.integration.deploy.typist"]
        self._process = subprocess.Popen(
            arguments, cwd=SOURCE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def type(self, words: Sequence[str], env: Mapping[str, str], *, answer: str = "") -> Typed:
        """`perinatal` with these words; with an answer at a terminal where it is typed in."""
        leader, terminal = os.openpty()
        with tempfile.NamedTemporaryFile() as said:
            os.write(leader, answer.encode())
            asked = {"words": list(words), "env": dict(env), "said": said.name}
            asked["terminal"] = os.ttyname(terminal) if answer else os.devnull
            code = self._ask(asked)
            os.close(leader)
            os.close(terminal)
            return Typed(code=code, said=Path(said.name).read_text("utf-8"))

    def _ask(self, asked: dict[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def run(asked: Mapping[str, Any]) -> None:
    """In the process of the command."""
    for number, path in enumerate((asked["terminal"], asked["said"], asked["said"])):
        os.dup2(os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOCTTY), number)
    os.environ.update(asked["env"])
    sys.argv = ["perinatal", *asked["words"]]
    main()


if __name__ == "__main__":
    program()
    gc.freeze()
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            run(json.loads(line))
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer
