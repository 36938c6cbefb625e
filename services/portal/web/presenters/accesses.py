"""Who looked at a record, in words: one line for all that was read in one go. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.kit.access_log import Access
from services.portal.web.moments import moment_in_words
from services.portal.web.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a record. `parts` is what was seen of it, on one line."""

    when: str
    reader: str
    role: str
    parts: str
    why: str


def looks(accesses: Iterable[Access]) -> list[Look]:
    """The newest first. What was read for one request of one reader is one look."""
    together: dict[tuple[str, str], list[Access]] = {}
    for number, access in enumerate(accesses):
        together.setdefault((access.reader, access.request or f"alone-{number}"), []).append(access)
    newest_first = sorted(together.values(), key=lambda each: min(read.at for read in each), reverse=True)
    return [_look(sorted(each, key=lambda read: read.at)) for each in newest_first]


def _look(reads: list[Access]) -> Look:
    first = reads[0]
    parts = dict.fromkeys(word("access_part", read.what) for read in reads)
    why = dict.fromkeys(word("access_purpose", read.why) for read in reads)
    return Look(
        when=moment_in_words(first.at),
        reader=first.reader,
        role=", ".join(word("role", role) for role in first.roles),
        parts=", ".join(parts),
        why=", ".join(why),
    )
