"""The folder of one stack: where its data, secrets, logs and state live."""

import json
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.errors import StackError

_NEEDED_BYTES = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """`.local/` of a checkout, or the folder PERINATAL_HOME names."""

    root: Path

    @property
    def state_file(self) -> Path:
        return self.root / "stack.json"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def unfinished_restore(self) -> Path:
        """There while databases are being restored: the command that brings them all back."""
        return self.root / "restore-unfinished"

    def require_restored(self) -> None:
        """Raises StackError while some databases are restored and others are not: on those, services would begin anew."""
        if self.unfinished_restore.exists():
            command = self.unfinished_restore.read_text(encoding="utf-8")
            raise StackError(f"a restore did not come to its end: run `{command}` first")

    def log_of(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def make(self) -> None:
        """Create the folders. Raises StackError when too little disk space is left to start."""
        for folder in (self.root, self.logs, self.run):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        free = shutil.disk_usage(self.root).free
        if free < _NEEDED_BYTES:
            need, left = _NEEDED_BYTES >> 20, free >> 20
            raise StackError(f"disk full: {left} MB free for {self.root}, the stack needs {need} MB to start")

    def read_state(self) -> dict[str, Any]:
        """What the last run wrote; empty when there was none or its file was cut short."""
        try:
            state = json.loads(self.state_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return state if isinstance(state, dict) else {}

    def write_state(self, state: Mapping[str, Any]) -> None:
        write_whole(self.state_file, json.dumps(state, indent=2) + "\n")


def find_home(environ: Mapping[str, str], start: Path) -> Home:
    """PERINATAL_HOME; else the nearest folder upwards that holds a stack; else `.local` below `start`."""
    if named := environ.get("PERINATAL_HOME"):
        return Home(root=Path(named).absolute())
    for folder in (start, *start.parents):
        if (folder / ".local" / "stack.json").exists():
            return Home(root=folder / ".local")
    return Home(root=start.absolute() / ".local")


def here() -> Home:
    """The stack a command line in this folder is about."""
    return find_home(os.environ, Path.cwd())


def write_whole(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step, so that a reader or a crash never sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def last_lines(path: Path, count: int) -> str:
    """The end of a log; empty when there is none."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return "".join(deque(file, count)).removesuffix("\n")
