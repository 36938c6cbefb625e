"""What a process must be told. A missing setting ends the start with its name, before anything is opened."""

import base64
import sys
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


def _key(text: str | bytes) -> bytes:
    raw = base64.b64decode(text) if isinstance(text, str) else text
    if len(raw) != 32:
        raise ValueError("must be 32 bytes in base64")
    return raw


Key = Annotated[bytes, BeforeValidator(_key)]


class _FromEnvironment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PERINATAL_", frozen=True, hide_input_in_errors=True)


class ServiceSettings(_FromEnvironment):
    """Every serving process."""

    database: str
    kafka: str
    issuer: str
    audience: str
    host: str = "127.0.0.1"
    port: int = 8000


class StoreSettings(ServiceSettings):
    """A service that keeps events of its own."""

    keyring: str
    keyring_master_key: Key


class Migration(_FromEnvironment):
    """The `migrate` role."""

    database_owner: str


class KeyringMigration(_FromEnvironment):
    """The keyring's own `migrate`."""

    keyring_owner: str


def read_settings(cls: type[S]) -> S:
    """The settings from the environment, or the end of the process with one line that names what is missing."""
    try:
        return cls()
    except ValidationError as problem:
        named = ", ".join(f"PERINATAL_{str(error['loc'][0]).upper()} ({error['msg']})" for error in problem.errors())
        sys.exit(f"cannot start, settings are missing or wrong: {named}")
