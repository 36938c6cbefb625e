"""How a process comes by the log of the toy: apart, so that it imports no more than it needs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.rebuild.fold import Model
from services.kit.rebuild.log import Log
from services.kit.rebuild.source import Source
from services.kit.tenancy import TenantPool
from tests.benchmarks.toy import CODEC, SUMS


@asynccontextmanager
async def from_toy(app: str) -> AsyncIterator[tuple[Source, Sequence[Model]]]:
    """Nothing of it is personal: the keyring is never asked."""
    keyring = Keyring(await TenantPool.open(app), bytes(32))
    try:
        yield Log(CODEC, Privacy(keyring, subject_field="account_id")), [SUMS]
    finally:
        await keyring.close()
