"""What a check found: by a slug that does not change, and with the place where to look."""

from collections.abc import Sequence
from dataclasses import dataclass

AT_MOST = 20
"""Places named for one check; more would only repeat what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`check` is the slug of what does not hold, `place` where it was seen: positions, streams and ids, nothing about anybody."""

    check: str
    place: str


def found(check: str, places: Sequence[str]) -> list[Finding]:
    """One finding a place, up to AT_MOST."""
    return [Finding(check=check, place=place) for place in places[:AT_MOST]]
