"""A `Recorded` for who folds very many of them: what hardly any read model looks at is made when one does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services.kit.record import Recorded
from services.kit.tenancy import TenantId


class Late:
    """It answers as a `Recorded` does; `whole` makes one."""

    __slots__ = ("_whole", "event", "occurred_at", "position", "recorded_at", "stream", "tenant", "version")

    def __init__(
        self,
        *,
        event: Any,
        tenant: TenantId,
        stream: str,
        version: int,
        position: int,
        occurred_at: datetime,
        recorded_at: datetime,
        whole: Callable[[], Recorded[Any]],
    ) -> None:
        self.event = event
        self.tenant = tenant
        self.stream = stream
        self.version = version
        self.position = position
        self.occurred_at = occurred_at
        self.recorded_at = recorded_at
        self._whole = whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole(), name)
