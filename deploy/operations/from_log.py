"""The log of a service as the source of its read models, opened in whichever process builds them."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from services.kit.codec import Codec
from services.kit.keyring import Keyring
from services.kit.privacy import Privacy
from services.kit.rebuild.fold import Model
from services.kit.rebuild.log import Log
from services.kit.rebuild.source import Source
from services.kit.settings import keys_of
from services.kit.tenancy import TenantPool


@asynccontextmanager
async def opened(
    module: str, keyring: str, masters: str, names: Collection[str]
) -> AsyncIterator[tuple[Source, Sequence[Model]]]:
    """With the named read models. `module` starts the service; `keyring` and `masters` are as its settings have them."""
    main: Any = import_module(module)
    codec = Codec(main.STORED_NAMES, subject_field=main.SUBJECT, upcast=main.upcast)
    pool = await TenantPool.open(keyring, size=2)
    try:
        privacy = Privacy(Keyring(pool, *keys_of(masters)), subject_field=main.SUBJECT)
        yield Log(codec, privacy), [model for model in main.PROJECTIONS if model.name in names]
    finally:
        await pool.close()
