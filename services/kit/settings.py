"""What a process must be told. A missing setting ends the start with its name, before anything is opened.

A setting is a variable of the environment, or a file of that name in the folder PERINATAL_SECRETS names: a password in the
environment is seen by whoever may list processes or inspect a container. The environment wins.
"""

import base64
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)

_PREFIX = "PERINATAL_"
_SECRETS = f"{_PREFIX}SECRETS"


def _key(text: str | bytes) -> bytes:
    raw = base64.b64decode(text) if isinstance(text, str) else text
    if len(raw) != 32:
        raise ValueError("must be 32 bytes in base64")
    return raw


def keys_of(text: str) -> tuple[bytes, ...]:
    """Keys of 32 bytes, in base64, with commas between them. Raises ValueError."""
    return tuple(_key(each.strip()) for each in text.split(","))


Key = Annotated[bytes, BeforeValidator(_key)]
Keys = Annotated[tuple[bytes, ...], NoDecode, BeforeValidator(keys_of)]


class _FromEnvironment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, hide_input_in_errors=True)


class ServiceSettings(_FromEnvironment):
    """Every serving process."""

    database: str
    kafka: str
    """See kit/kafka.py for its forms."""
    issuer: str
    issuer_address: str = ""
    """Where this process reaches the issuer, when it is not where browsers do."""
    audience: str
    host: str = "127.0.0.1"
    port: int = 8000


class StoreSettings(ServiceSettings):
    """A service that keeps events of its own."""

    keyring: str
    keyring_master_key: Keys
    """The newest first, with commas between them: while one takes the place of another, both are told."""


class Migration(_FromEnvironment):
    """The `migrate` role."""

    database_owner: str


class KeyringMigration(_FromEnvironment):
    """The keyring's own `migrate`."""

    keyring_owner: str


def read_settings(cls: type[S]) -> S:
    """The settings from the environment, or the end of the process with one line that names what is missing."""
    try:
        return cls(_secrets_dir=os.environ.get(_SECRETS))
    except ValidationError as problem:
        named = ", ".join(f"PERINATAL_{str(error['loc'][0]).upper()} ({error['msg']})" for error in problem.errors())
        sys.exit(f"cannot start, settings are missing or wrong: {named}")


def told(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Every setting by its variable's name, from the environment and from the files beside it."""
    folder = environ.get(_SECRETS)
    files = sorted(Path(folder).glob(f"{_PREFIX}*")) if folder else []
    return {**{file.name: file.read_text(encoding="utf-8").strip() for file in files}, **environ}
