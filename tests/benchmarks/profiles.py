"""Where the time goes: the functions that took most of it themselves."""

import cProfile
import pstats
from pathlib import PurePath
from typing import Any

_SHOWN = 25


class Profile:
    """A profile of this process that may be switched on more than once. It slows Python down: shares count, not seconds."""

    def __init__(self) -> None:
        self._profile = cProfile.Profile()

    def __enter__(self) -> "Profile":
        self._profile.enable()
        return self

    def __exit__(self, *_: object) -> None:
        self._profile.disable()

    def lines(self) -> list[str]:
        """`share of the time  calls  file:line function`, most first."""
        stats: dict[Any, Any] = pstats.Stats(self._profile).stats  # type: ignore[attr-defined]
        total = sum(own for _, _, own, _, _ in stats.values())
        ordered = sorted(stats.items(), key=lambda item: -item[1][2])[:_SHOWN]
        return [f"{own / total:6.1%} {calls:>9} {_named(*where)}" for where, (_, calls, own, _, _) in ordered]


def _named(path: str, line: int, function: str) -> str:
    return function if path == "~" else f"{'/'.join(PurePath(path).parts[-2:])}:{line} {function}"
