"""The errors a caller may see.

DomainError          a named refusal: stable slug, kind, one plain sentence
├── Conflict         the stream moved on while the caller was deciding
├── Busy             the queue is full or the answer did not come in time: try again with the same command id
├── StoreHeld        the log was set back, as by a restore: nothing is added until it was compared with what Kafka holds
├── InvalidTenant    not an organisation code
├── IdReused         the command id belongs to another command
├── Erased           the person's key is destroyed: nothing of theirs can be read or added
└── …                each service's own refusals, in its domain package

Only `kit.http` knows which status code a kind becomes.
"""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    INVALID = "invalid"
    REFUSED = "refused"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    FORBIDDEN = "forbidden"
    BUSY = "busy"


class DomainError(Exception):
    """Something went wrong that the caller can understand."""

    slug: ClassVar[str] = "error"
    kind: ClassVar[Kind] = Kind.REFUSED

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").partition("\n")[0])
        self.field = field


class Conflict(DomainError):
    """Somebody else changed this while you were working on it."""

    slug = "conflict"
    kind = Kind.CONFLICT


class Busy(DomainError):
    """The service is busy. Please try again in a moment."""

    slug = "busy"
    kind = Kind.BUSY


class StoreHeld(DomainError):
    """This service was set back to an earlier day and is being put right. Please try again later."""

    slug = "store-held"
    kind = Kind.BUSY


class InvalidTenant(DomainError):
    """This is not an organisation code: it is the letter U and five digits."""

    slug = "tenant-invalid"
    kind = Kind.INVALID


class IdReused(DomainError):
    """This command id was already used for something else."""

    slug = "command-id-reused"
    kind = Kind.CONFLICT


class Erased(DomainError):
    """This person's record was erased."""

    slug = "erased"
    kind = Kind.REFUSED
