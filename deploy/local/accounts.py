"""Accounts of the local identity provider, kept in its own `users.yaml`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.local.credentials import Credentials
from deploy.local.home import write_whole

_RULES = yaml.safe_load((Path(__file__).parent.parent / "identity" / "accounts.yaml").read_text(encoding="utf-8"))

DEMO_PASSWORD: str = _RULES["demo_password"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Someone who may sign in. `pcns` are ODS codes, or `*` for the platform's own accounts."""

    username: str
    roles: tuple[str, ...]
    pcns: tuple[str, ...]
    password: str

    def entry(self) -> dict[str, Any]:
        """The shape nanoidp reads."""
        return {
            "password": self.password,
            "email": f"{self.username}@example.org",
            "roles": list(self.roles),
            "attributes": {"pcns": list(self.pcns)},
        }


def platform_accounts(credentials: Credentials) -> list[Account]:
    """The accounts every stack has: the platform operator, the command line's importer, and the portal's own."""
    return [
        Account(
            username=name,
            roles=tuple(listed["roles"]),
            pcns=tuple(listed["pcns"]),
            password=credentials.password(name),
        )
        for name, listed in _RULES["accounts"].items()
    ]


def accounts_of_pcn(pcn: str, credentials: Credentials, *, demo: bool) -> list[Account]:
    """One account a role for the people of a network; with `demo` their password is the known one."""
    names = {role: f"{role}.{pcn.lower()}" for role in _RULES["of_a_pcn"]}
    return [
        Account(
            username=name,
            roles=(role,),
            pcns=(pcn,),
            password=DEMO_PASSWORD if demo else credentials.password(name),
        )
        for role, name in names.items()
    ]


def read_accounts(path: Path) -> list[Account]:
    """The accounts of a `users.yaml`; none when there is no file."""
    if not path.exists():
        return []
    users = yaml.safe_load(path.read_text(encoding="utf-8"))["users"]
    return [
        Account(
            username=name,
            roles=tuple(entry["roles"]),
            pcns=tuple(entry["attributes"]["pcns"]),
            password=entry["password"],
        )
        for name, entry in users.items()
    ]


def add_accounts(path: Path, accounts: Sequence[Account]) -> None:
    """Put accounts into a `users.yaml`, keeping those it has; the same name replaces the earlier entry."""
    kept = {account.username: account for account in (*read_accounts(path), *accounts)}
    users = {name: account.entry() for name, account in kept.items()}
    write_whole(path, yaml.safe_dump({"config_version": 1, "users": users}, sort_keys=False))
