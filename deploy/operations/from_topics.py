"""The topics a service listens to as the source of its read models, opened in whichever process builds them.

Apart from from_log.py, so that a process that takes part in a rebuild begins soon.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import contracts
from services.kit.rebuild.fold import Model
from services.kit.rebuild.source import Source
from services.kit.rebuild.topics import Told, Topics


@asynccontextmanager
async def opened(service: str, kafka: str, names: Collection[str]) -> AsyncIterator[tuple[Source, Sequence[Model]]]:
    """With the named read models."""
    models = _incoming(service).READ_MODELS
    yield Topics(told(service, kafka)), [model for model in models if model.name in names]


def told(service: str, kafka: str) -> Told:
    """What the service's consumer is told about."""
    incoming = _incoming(service)
    kinds = contracts.REGISTRY
    return Told(consumer=service, kafka=kafka, topics=incoming.TOPICS, parse=incoming.parse, kinds=kinds)


def _incoming(service: str) -> Any:
    return import_module(f"services.{service}.incoming")
