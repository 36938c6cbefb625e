"""Others' facts as our commands: none yet; attended contacts, measures and plans will come, to stop the clock."""

from collections.abc import Callable, Mapping
from typing import Any

SUBSCRIPTIONS: Mapping[type[Any], Callable[..., Any]] = {}
