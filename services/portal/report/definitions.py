"""What each number of the report means, as it is printed beside it (definitions.yaml)."""

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "definitions.yaml"


@cache
def definitions() -> dict[str, str]:
    """By the part of the report, in the order in which they are shown."""
    shown: dict[str, str] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return shown
