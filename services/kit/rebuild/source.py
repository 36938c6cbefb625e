"""Where the events of a rebuild come from, seen from the rebuild."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import Any, Protocol

from services.kit.rebuild.copies import Copy, Place
from services.kit.rebuild.fold import Fold, Model
from services.kit.rebuild.standing import Standing
from services.kit.tenancy import TenantId, Tx

Tell = Callable[[int, int], None]
"""How many events are done, and of how many."""
Done = Callable[[int], None]
"""How many more events are done."""


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

    def size(self, until: Standing) -> int:
        """How many events that is, near enough."""

    def orders(
        self, connection: Tx, kinds: frozenset[type], until: Standing, tenant: TenantId | None, parts: int
    ) -> AsyncGenerator[tuple[int, Any], None]:
        """(part, what it has to do): every event of these kinds from the first up to there, of one tenant or of all.

        All events of a tenant go to the same part; part 0 is who asks. An order goes to another process as a pickle.
        """

    async def carry_out(self, connection: Tx, fold: Fold, order: Any, done: Done) -> None:
        """The events of an order into the fold."""

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
