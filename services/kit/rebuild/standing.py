"""How far read models are."""

from collections.abc import Mapping
from dataclasses import dataclass

Taken = Mapping[str, int]
"""{a read model's checkpoint: position}, or {topic/partition: next offset}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far, and which events before that were left out: parked, or done without."""

    taken: Taken
    left_out: frozenset[str]
    """Places: a key of `taken`, a slash, and an offset."""

    def at(self, taken: Taken) -> "Standing":
        """Where this was when it had taken no more than that."""
        split = ((place, *place.rpartition("/")) for place in self.left_out)
        before = (place for place, key, _, offset in split if key in taken and int(offset) < taken[key])
        return Standing(taken=taken, left_out=frozenset(before))

    def own(self, checkpoint: str) -> "Standing":
        """The part that is about one read model: its place in the log, or every partition."""
        return self.at({checkpoint: self.taken[checkpoint]} if checkpoint in self.taken else self.taken)


def behind(since: Taken, until: Taken) -> int:
    """Events between two standings."""
    return sum(max(0, end - since.get(key, 0)) for key, end in until.items())
