"""Whose fault a failure is: the event's, so that its stream is parked, or the system's, so that all wait and it is tried again.

Systemic       not an event's fault: nothing is parked for it
├── StreamGap, Gap         something before it is missing
├── Overtaken              another process is at work here
├── RecordsLost            Kafka no longer holds what is asked for
├── PositionLost           the own log does not hold what was parked
├── Superseded             a newer version of a read model is live
└── EveryStreamFails       so many streams fail that it cannot be the events
"""

import asyncpg
from aiokafka.errors import KafkaError

from services.kit.errors import Conflict, DomainError, Kind

_ABOUT_THE_DATA = ("22", "23")
"""SQLSTATE classes that speak of the values of a statement: all others speak of the database, its tables or its rights."""


class Systemic(Exception):
    """Not an event's fault: nothing is parked for it."""


def is_systemic(error: BaseException) -> bool:
    """Whether the same event may well succeed later, with nothing changed but the state of the system."""
    match error:
        case asyncpg.PostgresError():
            # A value that asyncpg itself cannot encode is told as one of these, of class 22.
            return (error.sqlstate or "")[:2] not in _ABOUT_THE_DATA
        case DomainError():
            return error.kind is Kind.BUSY or isinstance(error, Conflict)
        case _:
            library = (KafkaError, asyncpg.InterfaceError, asyncpg.InternalClientError)
            return isinstance(error, (Systemic, OSError, MemoryError, *library)) or not isinstance(error, Exception)
