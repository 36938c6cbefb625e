"""`perinatal` typed by somebody who has it read in already: each command runs in a process of its own, forked from theirs.

Reading it in takes most of what a short command does, and these tests type some hundred. As a program it takes lines of JSON:
{"words", "env", "terminal", "out", "err"}, the last three being the paths of input and outputs. Its answer is an exit code.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from deploy.cli.main import main, program
from deploy.local.services import SOURCE

Typed = subprocess.CompletedProcess[str]


def perinatal(*words: str, home: Path, answer: str = "", **env: str) -> Typed:
    """`perinatal` with these words where the stack of `home` is; with an answer at a terminal where it is typed in."""
    leader, terminal = os.openpty()
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        os.write(leader, answer.encode())
        asked: dict[str, Any] = {"words": words, "env": {"PERINATAL_HOME": str(home), **env}}
        asked |= {"terminal": os.ttyname(terminal) if answer else os.devnull, "out": out.name, "err": err.name}
        code = _typist().type(asked)
        os.close(leader)
        os.close(terminal)
        said, complained = (Path(file.name).read_text("utf-8") for file in (out, err))
        return Typed(words, code, said, complained)


def error_of(done: Typed) -> str:
    """The one line that says what went wrong."""
    said = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(said) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return said[0]


class _Typist:
    def __init__(self) -> None:
        arguments = [sys.executable, "-m", "tests.integration.deploy.typist"]
        self._process = subprocess.Popen(
            arguments, cwd=SOURCE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def type(self, asked: Mapping[str, Any]) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def leave(self) -> None:
        self._process.communicate()


@cache
def _typist() -> _Typist:
    """One for all tests, until the last has run."""
    typist = _Typist()
    atexit.register(typist.leave)
    return typist


def run(asked: Mapping[str, Any]) -> None:
    """In the process of the command."""
    for number, path in enumerate((asked["terminal"], asked["out"], asked["err"])):
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
