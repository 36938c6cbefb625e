"""The trace a request belongs to, carried from HTTP to event metadata to Kafka headers (W3C traceparent)."""

import re
import secrets
from contextvars import ContextVar

_PATTERN = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def start_trace(incoming: str | None = None) -> str:
    """Go on with the caller's trace, or begin one."""
    if incoming is not None and _PATTERN.match(incoming):
        parent = incoming
    else:
        parent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    _current.set(parent)
    return parent


def current_traceparent() -> str | None:
    return _current.get()


def trace_id() -> str | None:
    """What everything done for one request of a user shares, across services; None outside of a request."""
    current = _current.get()
    return None if current is None else current.split("-")[1]
