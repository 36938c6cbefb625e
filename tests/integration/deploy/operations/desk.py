"""Somebody at a desk, who types the `perinatal` commands of the operations pages as they stand there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from deploy.local.home import Home
from tests.integration.deploy.typist import Typed, perinatal
from tests.pages import OPERATIONS, PERINATAL, Command, commands

PCN = "U12001"

WORDS = {
    "/backups/": "{folder}/backups/",
    "/safe/": "{folder}/safe/",
    "U00410": PCN,
    "clinic.csv": "{folder}/clinic.csv",
    "clinic-mapping.yaml": "{folder}/clinic-mapping.yaml",
    "referral-7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11": "{mended}",
    "referral-c2d91a54-3b0e-4f7c-8d26-91d7a3be5f08": "{unreadable}",
    "7b0f0c1e-6f0a-4d0e-9a57-6f3f0c9f2b11": "{person}",
    "the name": "{name}",
}
"""What a page says: what is typed instead."""

EXPECTED = {
    "perinatal parked replay --all": (1, "not-json"),
    "perinatal up": (1, "Run `perinatal reconcile"),
}
"""Where the page says that it does not end with 0: the exit code, and a part of what it says."""

ANSWERS = {"perinatal import measures clinic.csv --mapping clinic-mapping.yaml --pcn U00410": "y\n"}
"""What somebody at the terminal answers."""

START, STOP = "perinatal up --detach", "perinatal down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    page: str
    heading: str
    commands: tuple[Command, ...]

    def __str__(self) -> str:
        return f"{self.page} {self.heading}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where they sit; `values` fill the table of words."""

    home: Home
    values: dict[str, str]

    def type(self, command: Command, home: Home | None = None) -> Typed:
        """What a page says, which has to end as the page says."""
        words = [self.real(word) for word in command.words[1:]]
        root = (home or self.home).root
        done = perinatal(*words, home=root, answer=ANSWERS.get(str(command), ""), **command.sets)
        code, expected = EXPECTED.get(str(command), (0, ""))
        said = f"{command.place} {command}\n{done.stdout}{done.stderr}"
        assert done.returncode == code, said
        assert expected in done.stdout + done.stderr, said
        assert "Traceback" not in done.stderr, said
        return done

    def real(self, word: str) -> str:
        for said, typed in WORDS.items():
            if said in word:
                word = word.replace(said, typed.format(**self.values))
        return word


def sections_of(page: str) -> list[Section]:
    typed = [each for each in commands(OPERATIONS / page) if each.complete and each.words[0] == PERINATAL]
    return [
        Section(page=page, heading=heading, commands=tuple(some))
        for heading, some in groupby(typed, lambda command: command.heading)
    ]


def superfluous(typed: Iterable[Command]) -> Iterator[str]:
    """The places of those left out, because a start takes as long as fifty other commands: one with nothing before the next stop,
    with that stop; and of stops that are followed by a start at once all but the first."""
    restarted = False
    for before, after in pairwise(typed):
        said = (str(before), str(after))
        if said == (START, STOP) or (said == (STOP, START) and restarted):
            yield from (before.place, after.place)
        restarted = restarted or said == (STOP, START)
