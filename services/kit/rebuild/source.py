"""Where the events of a rebuild come from, seen from the rebuild."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from services.kit.rebuild.copies import Copy, Place
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.standing import Standing
from services.kit.tenancy import TenantId, Tx

Tell = Callable[[int, int], None]
"""How many events are done, and of how many."""


class Source(Protocol):
    @property
    def kinds(self) -> Iterable[type]:
        """The event classes there are."""

    async def standing(self, tx: Tx, models: Sequence[Model], *, hold: bool) -> Standing:
        """Where the live ones stand; with `hold` they stay there until the transaction ends."""

    async def standing_of(self, tx: Tx, model: Model, version: int, standing: Standing) -> Standing:
        """Where the live version of a read model stands, which may be another than the code's; it stays there."""

    async def until(self, connection: Tx, models: Sequence[Model]) -> Standing:
        """Where the live ones stand, and with them what is built."""

    async def fill(self, connection: Tx, fold: Fold, until: Standing, tenant: TenantId | None, tell: Tell) -> None:
        """Every event from the first up to there, of one tenant or of all, into the fold."""

    async def resume(self, copies: Sequence[Copy], tell: Tell) -> None:
        """Learn what another process knew that made these copies. Raises RebuildRefused when that is not possible any more."""

    async def follow(
        self, tx: Tx, place: Place, copies: Sequence[tuple[Model, Copy]], until: Standing, tenant: TenantId | None
    ) -> None:
        """What came since, into the copies. They say afterwards that they have it."""

    async def settle(self, tx: Tx, models: Sequence[Model], until: Standing) -> None:
        """The copies are live now: the live ones go on from there."""

    async def tenants(self, connection: Tx) -> list[TenantId]:
        """Everybody there are events of."""
