"""The `eventsourcing` package beside us: its PostgreSQL recorder, on the same server, from threads, as it is made to be used."""

import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory
from eventsourcing.utils import Environment

from tests.benchmarks.figures import Sample, sample
from tests.benchmarks.toy import CODEC, taken

WITH_FUNCTIONS, WITH_LOCK = "database function", "table lock"
MODES = (WITH_FUNCTIONS, WITH_LOCK)


def implementation() -> str:
    """How psycopg reaches libpq: `c` or `binary` is the fast one."""
    return str(psycopg.pq.__impl__)


class Recorder:
    """Its recorder without the application above it, which would cost it more."""

    def __init__(self, owner: str, mode: str, connections: int) -> None:
        server = urlsplit(owner)
        self._factory: PostgresFactory = PostgresFactory(
            Environment(
                env={
                    "POSTGRES_DBNAME": server.path[1:],
                    "POSTGRES_HOST": str(server.hostname),
                    "POSTGRES_PORT": str(server.port),
                    "POSTGRES_USER": str(server.username),
                    "POSTGRES_PASSWORD": unquote(server.password or ""),
                    "POSTGRES_POOL_SIZE": str(connections),
                    "POSTGRES_MAX_OVERFLOW": "0",
                    "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if mode == WITH_FUNCTIONS else "n",
                }
            )
        )
        recorder = self._factory.application_recorder()
        assert isinstance(recorder, PostgresApplicationRecorder)
        self._recorder = recorder

    def rush(self, writers: int, seconds: float) -> Sample:
        """So many threads, each with streams of its own and its next event when the last one is in."""
        begun = time.monotonic()
        with ThreadPoolExecutor(writers) as threads:
            taken_by = list(threads.map(self._write, [begun + seconds] * writers))
        return sample([taken for mine in taken_by for taken in mine], time.monotonic() - begun)

    def passed_over(self, writers: int, seconds: float) -> tuple[int, int]:
        """(events written, how many of them a reader never saw that follows the log by its ids meanwhile)."""
        last = self._recorder.max_notification_id() or 0
        seen = 0
        with ThreadPoolExecutor(1) as beside:
            writing = beside.submit(self.rush, writers, seconds)
            while True:
                over = writing.done()
                found = self._recorder.select_notifications(last, 1_000, inclusive_of_start=False)
                if found:
                    seen, last = seen + len(found), found[-1].id
                elif over:
                    return writing.result().count, writing.result().count - seen

    def close(self) -> None:
        self._factory.close()

    def _write(self, until: float) -> list[int]:
        streams, times, number = [uuid4() for _ in range(8)], [], 0
        while time.monotonic() < until:
            begun = time.monotonic_ns()
            state = orjson.dumps(CODEC.encode(taken("account-0-0-00", begun)).data)
            stored = StoredEvent(streams[number % 8], number // 8 + 1, "benchmark:Taken", state)
            self._recorder.insert_events([stored])
            times.append(time.monotonic_ns() - begun)
            number += 1
        return times
