"""A fault to plant: a small change to the product, and the test that must fail for it. Run by `tests.faults.broken`.

What does not show by itself is planted together: a consumer's checkpoint is held by a row lock, a compare-and-set and a version
guard, and any one of them is enough; so the compare-and-set has a test of its own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Every one of `times` occurrences of a text becomes another."""

    file: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is broken, of which invariant of design.md 3, and which test of tests/faults must see it."""

    invariant: int
    broken: str
    edits: tuple[Edit, ...]
    test: str


def fault(invariant: int, broken: str, test: str, *edits: tuple[str, str, str] | tuple[str, str, str, int]) -> Fault:
    made = tuple(Edit(file=file, old=old, new=new, times=times[0] if times else 1) for file, old, new, *times in edits)
    return Fault(invariant=invariant, broken=broken, test=test, edits=made)
