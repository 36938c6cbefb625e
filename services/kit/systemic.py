"""Whose fault a failure is: the event's, so that its stream is parked, or the system's, so that all wait and it is tried again.

Systemic       not an event's fault: nothing is parked for it
├── StreamGap, Gap         something before it is missing
├── Overtaken              another process is at work here
├── RecordsLost            Kafka no longer holds what the checkpoint asks for
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
            return (error.sqlstate or "")[:2] not in _ABOUT_THE_DATA
        case asyncpg.InterfaceError():
            # asyncpg calls a value it cannot encode an interface error too, and a ValueError besides.
            return not isinstance(error, ValueError)
        case DomainError():
            return error.kind is Kind.BUSY or isinstance(error, Conflict)
        case _:
            systemic = (Systemic, OSError, TimeoutError, MemoryError, KafkaError, asyncpg.InternalClientError)
            return isinstance(error, systemic) or not isinstance(error, Exception)
