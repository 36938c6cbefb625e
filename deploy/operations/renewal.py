"""New passwords and secrets for an installation that keeps them in its folder.

What a part keeps itself (the password of a role or of a broker's user) is changed there at once; what it is told at its start takes
part with the next one. An administrator's password is written beside the older one before the server is told, and takes its place
after: cut short at any line, it is run again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_urlsafe
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.compose.broker import Broker
from deploy.compose.secrets import ADMIN as BROKER_ADMIN
from deploy.local.credentials import Credentials
from deploy.local.databases import Databases
from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.identity import PUBLIC_ACCOUNT
from deploy.local.postgres import ADMIN as DATABASE_ADMIN
from deploy.operations.installation import Installation
from deploy.operations.verify import FOLDER
from services.kit.kafka import KafkaAddress
from services.kit.sql import queries

SQL = queries("renewal", FOLDER)
_KAFKA = "kafka-"
_COOKIE_KEY = "cookie-key"

WHAT: Mapping[str, Sequence[str]] = {
    "databases": (DATABASE_ADMIN, "*_owner", "*_app"),
    "broker": (f"{_KAFKA}*",),
    "cookies": (_COOKIE_KEY,),
    "clients": ("client-*", "identity-*"),
    "accounts": ("operator", "importer", PUBLIC_ACCOUNT),
}
"""What may be renewed, and the names of its files in the secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    what: str
    names: Sequence[str]


def plan(home: Home, what: str) -> list[str]:
    """The names of the secrets there are of one kind; none where the installation has no such part."""
    return sorted(file.name for pattern in WHAT[what] for file in home.secrets.glob(pattern))


async def renew(installation: Installation, home: Home, what: str) -> Renewed:
    """All secrets of one kind. Raises StackError; run it again."""
    names, credentials = plan(home, what), Credentials(folder=home.secrets)
    match what:
        case "databases" if names:
            await _databases(installation, credentials, names)
        case "broker" if names:
            await _broker(installation, credentials, names)
        case _:
            _make_anew(credentials, names)
    return Renewed(what=what, names=names)


async def _databases(installation: Installation, credentials: Credentials, names: Sequence[str]) -> None:
    """The administrator's first, so that it can set the others'."""
    admin = installation.postgres_admin

    async def change(older: str, newer: str) -> bool:
        return await _alter(_with_password(admin, older), newer)

    if DATABASE_ADMIN in names:
        admin = _with_password(admin, await _in_place_of(credentials, DATABASE_ADMIN, change))
    _make_anew(credentials, [name for name in names if name != DATABASE_ADMIN])
    databases = Databases(admin=admin, credentials=credentials)
    await asyncio.to_thread(databases.ensure, installation.database_names())


async def _alter(dsn: str, password: str) -> bool:
    """False when the server does not take the password in the DSN."""
    try:
        connection = await asyncpg.connect(dsn)
    except asyncpg.InvalidPasswordError:
        return False
    try:
        await connection.execute(await connection.fetchval(SQL["statement"], password))
    finally:
        await connection.close()
    return True


async def _broker(installation: Installation, credentials: Credentials, names: Sequence[str]) -> None:
    address = KafkaAddress.parse(installation.kafka)

    def as_admin(password: str) -> Broker:
        return Broker(replace(address, user=BROKER_ADMIN, password=password))

    async def change(older: str, newer: str) -> bool:
        return await asyncio.to_thread(_set_password, as_admin(older), newer)

    admin = f"{_KAFKA}{BROKER_ADMIN}"
    password = await _in_place_of(credentials, admin, change)
    users = [name for name in names if name != admin]
    _make_anew(credentials, users)
    passwords = {name.removeprefix(_KAFKA): credentials.password(name) for name in users}
    await asyncio.to_thread(as_admin(password).set_passwords, passwords)


def _set_password(broker: Broker, password: str) -> bool:
    """False when the broker does not let its administrator in."""
    try:
        broker.wait()
    except StackError:
        return False
    broker.set_passwords({BROKER_ADMIN: password})
    return True


async def _in_place_of(credentials: Credentials, name: str, change: Callable[[str, str], Awaitable[bool]]) -> str:
    """A new password, set by `change(older, newer)`, which says whether the older one was taken. Raises StackError."""
    kept, coming = credentials.folder / name, credentials.folder / f".{name}.new"
    if not coming.exists():
        write_whole(coming, token_urlsafe(24))
    newer = coming.read_text(encoding="utf-8")
    # The second: it was set before, and then cut short.
    for older in (kept.read_text(encoding="utf-8"), newer):
        if await change(older, newer):
            coming.replace(kept)
            return newer
    raise StackError(f"the server does not take the password of {name} that is in {credentials.folder}")


def _make_anew(credentials: Credentials, names: Sequence[str]) -> None:
    for name in names:
        (credentials.folder / name).unlink(missing_ok=True)
        make = credentials.key if name == _COOKIE_KEY else credentials.password
        make(name)


def _with_password(dsn: str, password: str) -> str:
    parts = urlsplit(dsn)
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}:{quote(password, safe='')}@{place}"))
