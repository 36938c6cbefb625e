"""What the supervisor starts: one program each, with a probe."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """How to run a part, and how to end it: `stop_limit` is in seconds, then it is killed."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_limit: float = 10.0
    account: str = ""


class Part(Protocol):
    """A program of the stack. `needs` names the parts without which it cannot live: its deaths count only while they answer."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    def prepare(self) -> None:
        """Everything on disk that must be there before the program's first start in a run."""

    def command(self) -> Command: ...
    def healthy(self) -> bool:
        """One probe, at most a second."""
