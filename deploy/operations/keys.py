"""The installation's master keys and the networks' own, turned over while every service goes on. docs/adr/0019 tells why so.

Nothing here is ever half done: each network's key is stored anew in one transaction, and what is under an older key opens until the
last piece of it was moved. So whatever was killed is run again.
"""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from cryptography.exceptions import InvalidTag
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.errors import StackError
from deploy.local.home import Home, write_whole
from deploy.local.wiring import KEYRING, MASTER_KEY
from deploy.operations.installation import STORES, Installation
from deploy.operations.postgres_tools import admin_of
from deploy.operations.relay import connected
from deploy.operations.verify import FOLDER
from services.kit.keyring import Keyring
from services.kit.sql import queries
from services.kit.tenancy import TenantId, TenantPool
from services.kit.wrapping import MasterKeyMissing, MasterKeys, fingerprint, fresh_key, unwrap, unwrap_with_any, wrap

SQL = queries("keys", FOLDER)
_METRIC = "perinatal_keyring_master_keys"
_ANSWER_SECONDS = 5.0
_BATCH = 1_000

Tell = Callable[[int, int], None]
"""Told how many of how many are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKey:
    """One that is in the secrets: how many networks' keys it opens, and of these how many nothing else there opens."""

    fingerprint: str
    newest: bool
    opens: int
    alone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`unopened`: networks whose key opens with none of the master keys. `elsewhere`: networks whose key also opens with one that
    is not in the secrets. `turning`: networks whose own key is being turned over.
    """

    keys: Sequence[MasterKey]
    networks: int
    people: int
    unopened: Sequence[str]
    elsewhere: Sequence[str]
    turning: Sequence[str]

    @property
    def waiting(self) -> int:
        """Networks whose key the newest master key does not open yet."""
        return self.networks - self.keys[0].opens


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """How many keys of networks and of people were stored anew, of how many."""

    networks: int
    changed: int
    people: int


@asynccontextmanager
async def open_keyring(installation: Installation, service: str, *, size: int = 1) -> AsyncIterator[Keyring]:
    """The keyring as a service opens it."""
    pool = await TenantPool.open(installation.environments[service]["PERINATAL_KEYRING"], size=size)
    keyring = Keyring(pool, *installation.master_keys())
    try:
        yield keyring
    finally:
        await keyring.close()


def keyring_of(installation: Installation) -> str:
    """The administrator's DSN of the keyring."""
    return admin_of(installation.postgres_admin, KEYRING)


async def status(admin: str, masters: MasterKeys) -> Status:
    """Which master key opens what, looked at in one moment."""
    async with connected(admin) as keyring:
        rows = await keyring.fetch(SQL["networks"], None)
        people = await keyring.fetchval(SQL["people"], None)
    looked = {row["tenant"]: masters.look(row["tenant"], row["wrapped"]) for row in rows}
    names = {tenant: {name for name, _ in pieces} for tenant, pieces in looked.items()}
    return Status(
        keys=[_counted(name, names.values(), masters) for name in masters.fingerprints],
        networks=len(rows),
        people=people,
        unopened=[tenant for tenant, found in names.items() if not found - {""}],
        elsewhere=[tenant for tenant, found in names.items() if "" in found and found != {""}],
        turning=[tenant for tenant, pieces in looked.items() if len(_distinct(pieces)) > 1],
    )


async def services_know(addresses: Mapping[str, str]) -> dict[str, list[str] | None]:
    """The fingerprints each service says it has; none for one of an earlier release, None for one that does not answer."""
    found: dict[str, list[str] | None] = {}
    async with httpx2.AsyncClient(timeout=_ANSWER_SECONDS) as http:
        for service in STORES:
            try:
                told = (await http.get(f"{addresses[service]}/metrics")).raise_for_status().text
            except httpx2.HTTPError:
                found[service] = None
                continue
            samples = [
                s for family in text_string_to_metric_families(told) for s in family.samples if s.name == _METRIC
            ]
            found[service] = [sample.labels["fingerprint"] for sample in samples]
    return found


def require_known(fingerprint: str, known: Mapping[str, Sequence[str] | None]) -> None:
    """Raises StackError while a service does not have this key."""
    silent = [service for service, has in known.items() if has is None]
    if silent:
        raise StackError(f"{', '.join(silent)} does not answer: whether it has the key {fingerprint} cannot be told")
    without = [service for service, has in known.items() if fingerprint not in (has or ())]
    if without:
        raise StackError(f"{', '.join(without)} does not have the key {fingerprint} yet: restart it first")


async def rewrap(
    admin: str, masters: MasterKeys, tell: Tell, *, tenant: TenantId | None = None, new_key: bool = False
) -> Rewrapped:
    """Every network's key under every master key there is, and under no other; with `new_key` another key for each network,
    and the keys of its people under that. What was cut short before is finished. Raises StackError.
    """
    async with _alone(admin) as keyring:
        networks = [TenantId(row["tenant"]) for row in await keyring.fetch(SQL["networks"], tenant)]
        if tenant is not None and not networks:
            raise StackError(f"{tenant} has no key: nothing was ever sealed for it")
        people = await keyring.fetchval(SQL["people"], tenant) if new_key else 0
        turning = _Turning(keyring, masters, masters, tell, total=len(networks) + people)
        for network in networks:
            with _named(network):
                await turning.store(network, new_key=new_key)
                await turning.finish(network)
    return Rewrapped(networks=len(networks), changed=turning.changed, people=turning.moved)


async def forget(admin: str, masters: MasterKeys, home: Home) -> Status:
    """Every network's key under the newest master key alone, and only that one left in the secrets; how it stood before.

    Raises StackError while a network's key does not open with it.
    """
    before = await status(admin, masters)
    require_rewrapped(before)
    async with _alone(admin) as keyring:
        turning = _Turning(keyring, masters, masters.newest(), lambda _done, _total: None, total=before.networks)
        for row in await keyring.fetch(SQL["networks"], None):
            with _named(row["tenant"]):
                await turning.store(TenantId(row["tenant"]), new_key=False)
    # Last: killed before this line, the older keys are still there and open nothing.
    _drop(home, masters.fingerprints[1:])
    return before


def require_rewrapped(now: Status) -> None:
    """Raises StackError while a network's key needs another master key than the newest."""
    if now.waiting:
        raise StackError(
            f"{now.waiting} of {now.networks} networks' keys do not open with {now.keys[0].fingerprint} yet: "
            "run `perinatal keys rewrap` first"
        )


def add_newest(home: Home) -> str:
    """A new master key in front of the one in the secrets; its fingerprint. Raises StackError while there are two already."""
    there = _secret(home).read_text(encoding="utf-8").strip()
    if "," in there:
        raise StackError(
            "an older key is still there: finish with `perinatal keys rewrap` and `perinatal keys forget` first"
        )
    fresh = fresh_key()
    write_whole(_secret(home), f"{b64encode(fresh).decode()},{there}")
    return fingerprint(fresh)


def _drop(home: Home, older: Sequence[str]) -> None:
    there = _secret(home).read_text(encoding="utf-8").split(",")
    left = [key.strip() for key in there if fingerprint(b64decode(key)) not in older]
    write_whole(_secret(home), ",".join(left))


class _Turning:
    """Opens what is stored with the `masters`, stores it anew under those of `into`, and counts."""

    def __init__(self, keyring: Any, masters: MasterKeys, into: MasterKeys, tell: Tell, *, total: int) -> None:
        self._keyring, self._masters, self._into, self._tell = keyring, masters, into, tell
        self._total, self._done = total, 0
        self.changed = self.moved = 0

    async def store(self, network: TenantId, *, new_key: bool) -> None:
        """One network's key; with `new_key` another one before it, unless there are two already."""
        async with self._keyring.transaction():
            stored = await self._keyring.fetchval(SQL["hold"], network)
            keys = self._masters.open(network, stored)
            if new_key and len(keys) == 1:
                keys = (fresh_key(), *keys)
            if not self._as_wanted(network, stored, keys):
                await self._keyring.execute(SQL["put"], network, self._into.close(network, *keys))
                self.changed += 1
        self._step(1)

    async def finish(self, network: TenantId) -> None:
        """When a network has two keys: all of its people under the newer, then the older is gone."""
        keys = self._masters.open(network, await self._keyring.fetchval(SQL["stored"], network))
        if len(keys) == 1:
            return
        # Whoever began before the newer one was there has ended: it held the network's key. So one round finds all.
        await self._move(network, keys)
        async with self._keyring.transaction():
            await self._keyring.fetchval(SQL["hold"], network)
            await self._keyring.execute(SQL["put"], network, self._into.close(network, keys[0]))

    async def _move(self, network: TenantId, keys: Sequence[bytes]) -> None:
        last = ""
        while rows := await self._keyring.fetch(SQL["some"], network, last, _BATCH):
            last = rows[-1]["subject"]
            older = [row for row in rows if not _opens(keys[0], row, network)]
            contexts = [f"{network}/{row['subject']}" for row in older]
            opened = [unwrap_with_any(keys, row["wrapped"], each) for row, each in zip(older, contexts, strict=True)]
            anew = [wrap(keys[0], key, each) for key, each in zip(opened, contexts, strict=True)]
            names, before = [row["subject"] for row in older], [row["wrapped"] for row in older]
            await self._keyring.execute(SQL["move"], network, names, before, anew)
            self.moved += len(older)
            self._step(len(rows))

    def _as_wanted(self, network: TenantId, stored: bytes, keys: Sequence[bytes]) -> bool:
        wanted = [(name, key) for key in keys for name in self._into.fingerprints]
        return self._masters.look(network, stored) == wanted

    def _step(self, count: int) -> None:
        self._done = min(self._done + count, self._total)
        self._tell(self._done, self._total)


@asynccontextmanager
async def _alone(admin: str) -> AsyncIterator[Any]:
    """The administrator's connection to the keyring. Raises StackError while somebody else turns keys over."""
    async with connected(admin) as keyring:
        if not await keyring.fetchval(SQL["alone"]):
            raise StackError("somebody else is turning keys over: wait until they are done")
        yield keyring


@contextmanager
def _named(network: str) -> Iterator[None]:
    try:
        yield
    except MasterKeyMissing as missing:
        raise StackError(f"the key of {network} opens with no master key that is in the secrets") from missing
    except InvalidTag as broken:
        raise StackError(f"a key of a person of {network} opens with none of its network's keys") from broken


def _opens(key: bytes, row: Any, network: TenantId) -> bool:
    try:
        unwrap(key, row["wrapped"], f"{network}/{row['subject']}")
    except InvalidTag:
        return False
    return True


def _counted(name: str, found: Iterable[set[str]], masters: MasterKeys) -> MasterKey:
    mine = [names for names in found if name in names]
    alone = sum(1 for names in mine if names - {""} == {name})
    return MasterKey(fingerprint=name, newest=name == masters.fingerprints[0], opens=len(mine), alone=alone)


def _distinct(pieces: Sequence[tuple[str, bytes | None]]) -> set[bytes]:
    return {key for _, key in pieces if key is not None}


def _secret(home: Home) -> Path:
    """Raises StackError where the master key is kept elsewhere."""
    path = home.secrets / MASTER_KEY
    if not path.exists():
        raise StackError(
            f"there is no {path}: where the master key is kept elsewhere, put the new one in front of it there"
        )
    return path
