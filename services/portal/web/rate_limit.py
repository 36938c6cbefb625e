"""How often one address may send a form without signing in. Kept in this process for a few minutes, and never written down."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

_FORMS = 30
"""A waiting room or a library is one address to us."""
_SECONDS = 600.0
_ADDRESSES = 10_000


@dataclass(slots=True, kw_only=True)
class RateLimit:
    """At most `forms` within `seconds` from one address; of `addresses` at most, so that it cannot fill the memory."""

    forms: int = _FORMS
    seconds: float = _SECONDS
    addresses: int = _ADDRESSES
    clock: Callable[[], float] = time.monotonic
    _seen: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def allows(self, address: str) -> bool:
        """Whether another form may be sent now; it is counted if so."""
        now = self.clock()
        times = self._seen.setdefault(address, deque())
        self._seen.move_to_end(address)
        while times and times[0] <= now - self.seconds:
            times.popleft()
        if len(times) >= self.forms:
            return False
        times.append(now)
        if len(self._seen) > self.addresses:
            self._seen.popitem(last=False)
        return True
