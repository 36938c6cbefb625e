"""What the code reads beside itself is in the package: an installed copy has no checkout around it."""

import re
import tomllib
from pathlib import PurePath

from tests.architecture.source import PRODUCT, ROOT

FOR_PEOPLE = {"Dockerfile", "example.env"}


def test_every_file_beside_the_code_goes_into_the_wheel() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = settings["package-data"]["*"]
    assert all(re.fullmatch(r"\*\*/\*\.[a-z]+", pattern) for pattern in patterns)
    packed = {PurePath(pattern).suffix for pattern in patterns}
    left_out = [
        str(path.relative_to(ROOT))
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file() and path.suffix not in {".py", ".pyc", *packed} and path.name not in FOR_PEOPLE
    ]
    assert left_out == []
