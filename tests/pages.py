"""The documentation as its readers use it: the commands they type and the links they follow, taken from the pages themselves."""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import typer

from deploy.cli.main import program

ROOT = Path(__file__).parents[1]
OPERATIONS = ROOT / "docs" / "operations"
_FOLDERS = ("docs", "contracts", "deploy", "services", "tests")
PROGRAMS = ("perinatal", "make", "docker")
PERINATAL, IN_CONTAINERS = "perinatal", ("docker", "compose")

_FENCE = re.compile(r"^( *)(?:\d+\. )?```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TYPED = ("", "sh")
_SETS = re.compile(r"^[A-Z_]+=")
_MORE = "…"
_PLACE = re.compile(rf"(?<![$\w])[A-Z]{{2,}}(?![\w=])|{_MORE}")
"""A word that stands for what the reader puts there: FILE, [SERVICE], migrate-NAME."""


class UnknownWord(Exception):
    """A page names a command or an option that `perinatal` does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`sets` are the variables before it, `words` the program and what follows; `block`: on a line of its own, to be copied."""

    page: Path
    line: int
    heading: str
    sets: dict[str, str]
    words: tuple[str, ...]
    block: bool

    def __str__(self) -> str:
        return shlex.join([*(f"{name}={value}" for name, value in self.sets.items()), *self.words])

    @property
    def place(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def perinatal(self) -> tuple[str, ...]:
        """What `perinatal` is told, also inside a container; empty for what is no such command."""
        told: tuple[str, ...] = ()
        if self.words[0] == PERINATAL:
            told = self.words[1:]
        elif self.words[:2] == IN_CONTAINERS and "operations" in self.words and "--entrypoint" not in self.words:
            told = self.words[self.words.index("operations") + 1 :]
        return tuple(takewhile(lambda word: word != _MORE, told))

    @property
    def complete(self) -> bool:
        """It can be run as it stands; otherwise it shows a shape or only names a command."""
        if any(_PLACE.search(word) for word in self.words):
            return False
        return not self.perinatal or needs_nothing_more(self.perinatal)


def pages() -> list[Path]:
    """Every page for people: those of the root, of docs, and those beside the code."""
    below = (page for folder in _FOLDERS for page in (ROOT / folder).rglob("*.md"))
    return sorted([*ROOT.glob("*.md"), *(page for page in below if "node_modules" not in page.parts)])


def operations() -> list[Path]:
    return sorted(OPERATIONS.glob("*.md"))


def commands(page: Path) -> list[Command]:
    """In the page's order. Raises UnknownWord for a line that is no command in a block of commands."""
    text = page.read_text("utf-8")
    found = [*_in_blocks(page, text), *_in_lines(page, text)]
    return sorted(found, key=lambda command: command.line)


def links(page: Path) -> list[str]:
    """What it points at inside the repository, without the place in the page."""
    targets = (target.partition("#")[0] for target in _LINK.findall(_without_blocks(page.read_text("utf-8"))))
    return [target for target in targets if target and "://" not in target]


def needs_nothing_more(words: Sequence[str]) -> bool:
    """Whether `perinatal` with these words has all that it needs. Raises UnknownWord."""
    command, rest = resolved(words)
    if hasattr(command, "commands"):
        return False
    options = {name: each for each in command.params for name in (*each.opts, *each.secondary_opts) if name[0] == "-"}
    given: set[str] = set()
    places = [each for each in command.params if each.param_type_name == "argument"]
    following = iter(rest)
    for word in following:
        if word.startswith("-") and word != "-":
            option = options.get(word.partition("=")[0])
            if option is None:
                raise UnknownWord(f"`perinatal {' '.join(words)}`: there is no {word}")
            given.add(option.name)
            if not option.is_flag and "=" not in word:
                next(following, None)
        elif not places:
            raise UnknownWord(f"`perinatal {' '.join(words)}`: nothing takes {word}")
        else:
            given.add(places[0].name)
            places = places if places[0].nargs < 0 else places[1:]
    return all(each.name in given for each in command.params if each.required)


def resolved(words: Sequence[str]) -> tuple[Any, Sequence[str]]:
    """The command these words lead to, and what is left for it. Raises UnknownWord."""
    command = _everything()
    rest = list(words)
    while rest and hasattr(command, "commands"):
        if rest[0] not in command.commands:
            raise UnknownWord(f"`perinatal {' '.join(words)}`: there is no such command")
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


@cache
def _everything() -> Any:
    return typer.main.get_command(program())


def _in_blocks(page: Path, text: str) -> Iterator[Command]:
    for fence in _FENCE.finditer(text):
        lines = fence.group(3).splitlines()
        if fence.group(2) not in _TYPED or not any(map(_begins_with_a_program, lines)):
            continue
        for number, line in enumerate(lines, text.count("\n", 0, fence.start(3)) + 1):
            yield _command(page, text, number, line, block=True)


def _in_lines(page: Path, text: str) -> Iterator[Command]:
    outside = _without_blocks(text)
    for code in _INLINE.finditer(outside):
        said = " ".join(code.group(1).split())
        if _begins_with_a_program(said):
            yield _command(page, text, outside.count("\n", 0, code.start()) + 1, said, block=False)


def _begins_with_a_program(said: str) -> bool:
    words = [word for word in said.split() if not _SETS.match(word)]
    return len(words) > 1 and words[0] in PROGRAMS


def _command(page: Path, text: str, line: int, said: str, *, block: bool) -> Command:
    words = shlex.split(said, comments=True)
    sets = dict(word.split("=", 1) for word in takewhile(_SETS.match, words))
    words = words[len(sets) :]
    if not words or words[0] not in PROGRAMS:
        raise UnknownWord(f"{page.name}:{line}: no command that is known here: {said!r}")
    before = "\n".join(_without_blocks(text).split("\n")[:line])
    heading = (_HEADING.findall(before) or [""])[-1]
    return Command(page=page, line=line, heading=heading, sets=sets, words=tuple(words), block=block)


def _without_blocks(text: str) -> str:
    """The same lines, those of blocks empty."""
    return _FENCE.sub(lambda fence: "\n" * fence.group().count("\n"), text)
