"""Seal the personal part of events, and open it again while the key exists."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import orjson

from services.kit.bodies import holds_nul
from services.kit.errors import DomainError, Kind
from services.kit.keyring import Keyring
from services.kit.tenancy import TenantId
from services.kit.wrapping import unwrap, wrap


class TextRefused(DomainError):
    """A character in this text cannot be kept."""

    slug = "text-refused"
    kind = Kind.INVALID


class Sealed(Protocol):
    """What `open_all` needs to know of a stored row."""

    def __getitem__(self, name: str) -> Any: ...


class Privacy:
    """Personal fields of events, under the key of the person they are about."""

    def __init__(self, keyring: Keyring, *, subject_field: str) -> None:
        self._keyring = keyring
        self._subject_field = subject_field

    async def seal(
        self, tenant: TenantId, stream: str, subject: str | None, personal: Mapping[str, Any]
    ) -> bytes | None:
        """None when there is nothing personal. Raises Erased, TextRefused."""
        if not personal or subject is None:
            return None
        if holds_nul(list(personal.values())):
            raise TextRefused
        key = await self._keyring.key(tenant, subject)
        return wrap(key, orjson.dumps(personal), f"{tenant}/{stream}")

    async def open_all(self, tenant: TenantId, rows: Iterable[Sealed]) -> list[dict[str, Any]]:
        """The personal fields of each row; empty where nothing was sealed or the key is gone."""
        rows = list(rows)
        subjects = {row["data"][self._subject_field] for row in rows if row["sealed"] is not None}
        keys = await self._keyring.keys(tenant, subjects) if subjects else {}
        return [self._open(tenant, row, keys) for row in rows]

    async def erase(self, tenant: TenantId, subject: str) -> bool:
        """Destroy the subject's key: what was sealed under it reads as None from now on. False when it was done before."""
        return await self._keyring.destroy(tenant, subject)

    def forget(self, tenant: TenantId, subject: str) -> None:
        """The subject was erased elsewhere: the key leaves this process's memory too."""
        self._keyring.forget(tenant, subject)

    def _open(self, tenant: TenantId, row: Sealed, keys: Mapping[str, bytes | None]) -> dict[str, Any]:
        if row["sealed"] is None:
            return {}
        key = keys[row["data"][self._subject_field]]
        if key is None:
            return {}
        opened: dict[str, Any] = orjson.loads(unwrap(key, row["sealed"], f"{tenant}/{row['stream']}"))
        return opened
