"""Which read models are live in this database, and in which version.

A read model the code has and the database has not, where events were taken already, would begin in the middle: it is not followed
until it was built from the beginning. A fresh installation begins with all of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from services.kit import metrics
from services.kit.intake import Work
from services.kit.read_model import ReadModel, by_tenant
from services.kit.record import Recorded
from services.kit.sql import queries
from services.kit.systemic import Systemic
from services.kit.tenancy import Tx, set_tenant

SQL = queries("registry")
log = structlog.get_logger(__name__)


class Superseded(Systemic):
    """A newer version of a read model is live: this process runs older code, and waits to be replaced."""


class Registry:
    """Says for a process which of its read models may be followed."""

    def __init__(self, models: Sequence[ReadModel[Any, Any]]) -> None:
        self._models = models
        self._told: set[str] = set()

    async def follow(self, tx: Tx) -> list[ReadModel[Any, Any]]:
        """Those of a consumer's read models that may be folded in this transaction. The first batch ever registers them all.

        Raises Superseded: who goes on taking events past a newer read model would leave it without them.
        """
        live = await live_versions(tx)
        missing = [model for model in self._models if model.name not in live]
        if missing and await tx.fetchval(SQL["nothing_taken"]):
            await register(tx, missing)
            live.update({model.name: model.version for model in missing})
        if any(live.get(model.name, 0) > model.version for model in self._models):
            raise Superseded
        return [model for model in self._models if self.may_follow(model, live.get(model.name))]

    async def begin(self, tx: Tx, model: ReadModel[Any, Any]) -> bool:
        """Whether a read model of the own log may be followed; it stays so until the transaction ends.

        One that is not there yet begins with the first event: the log has them all.
        """
        live = await tx.fetchval(SQL["hold"], model.name)
        if live is None:
            await register(tx, [model])
            live = await tx.fetchval(SQL["hold"], model.name)
        return self.may_follow(model, live)

    def may_follow(self, model: ReadModel[Any, Any], live: int | None) -> bool:
        """Whether the live version is the one the code folds; the first time it is not, the log says so."""
        awaits = live != model.version
        metrics.READ_MODEL_AWAITS.labels(model.name).set(int(awaits))
        if awaits and model.name not in self._told:
            log.error("read-model-awaits-rebuild", read_model=model.name, version=model.version, live=live)
        self._told = self._told | {model.name} if awaits else self._told - {model.name}
        return not awaits


async def live_versions(tx: Tx) -> dict[str, int]:
    """{name: version} of the read models that are live."""
    rows: Sequence[Mapping[str, Any]] = await tx.fetch(SQL["live"])
    return {row["name"]: row["version"] for row in rows}


async def note_erasure(tx: Tx, position: int) -> None:
    """Somebody was erased at this position: copies that were made before may name them. `drop_copies` is due."""
    await tx.execute(SQL["note_erasure"], position)


async def drop_copies(tx: Tx) -> bool:
    """Drop what was built or replaced before the newest erasure. False while a rebuild is at work: ask again when it is over."""
    dropped: bool = await tx.fetchval(SQL["drop_copies"])
    return dropped


async def register(tx: Tx, models: Sequence[ReadModel[Any, Any]]) -> None:
    """These read models begin with the first event there is."""
    await tx.execute(SQL["register"], [model.name for model in models], [model.version for model in models])


def into(models: Sequence[ReadModel[Any, Any]]) -> Work:
    """Work that folds fresh events into read models: those that are live, in the version the code folds."""
    registry = Registry(models)

    async def work(tx: Tx, events: Sequence[Recorded[Any]]) -> None:
        followed = await registry.follow(tx)
        for tenant, mine in by_tenant(events).items():
            await set_tenant(tx, tenant)
            for model in followed:
                await model.apply(tx, tenant, mine)

    return work
