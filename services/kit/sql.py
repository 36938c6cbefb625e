"""Named queries from the `.sql` files beside this module: a line `-- name: what it does` starts each."""

import re
from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- (\w+): .+$", re.MULTILINE)


def queries(file: str, folder: Path = _FOLDER) -> dict[str, str]:
    """{name: SQL text} of `file`.sql."""
    text = (folder / f"{file}.sql").read_text(encoding="utf-8")
    parts = _NAME.split(text)
    return {name: body.strip().rstrip(";") for name, body in zip(parts[1::2], parts[2::2], strict=True)}
