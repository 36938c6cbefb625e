"""How far a start has come, for whoever watches: a terminal, a file, or nobody."""

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from deploy.local.errors import StackError


class Progress(Protocol):
    def step(self, title: str) -> AbstractContextManager[None]:
        """A piece of work that takes time; left by an exception it counts as failed."""

    def now(self, title: str) -> None:
        """What the step under way has come to."""


class Silent:
    """Nobody watches."""

    def step(self, _title: str) -> AbstractContextManager[None]:
        return nullcontext()

    def now(self, _title: str) -> None:
        pass


class ToFile:
    """Lines of JSON for the process that waits: {title, seconds | null} at both ends of a step, {ready} or {error, detail}."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        begun = time.monotonic()
        self._tell({"title": title, "seconds": None})
        yield
        self._tell({"title": title, "seconds": time.monotonic() - begun})

    def now(self, title: str) -> None:
        self._tell({"title": title, "seconds": None})

    def ready(self) -> None:
        self._tell({"ready": True})

    def failed(self, problem: StackError) -> None:
        self._tell({"error": str(problem), "detail": problem.detail})

    def _tell(self, news: dict[str, Any]) -> None:
        if not self._path.exists():
            return  # who waited knows enough and has gone
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(news) + "\n")
