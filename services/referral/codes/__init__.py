"""The code lists of this service, one YAML file each. README.md says what their fields mean."""

from pathlib import Path
from typing import Any

import yaml

from services.referral.domain.codes import Code, CodeList, CodeLists

FOLDER = Path(__file__).parent


class BrokenCodeList(Exception):
    """A code list cannot be read: the file is named, and what is wrong with it."""


def read_code_lists(folder: Path = FOLDER) -> CodeLists:
    """Every `*.yaml` of the folder. Raises BrokenCodeList."""
    return CodeLists(lists={path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))})


def _read(path: Path) -> CodeList:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        codes = tuple(_entry(entry) for entry in content["codes"])
        source = str(content["source"])
    except KeyError as missing:
        raise BrokenCodeList(f"{path.name}: {missing} is missing") from None
    except (yaml.YAMLError, TypeError) as error:
        raise BrokenCodeList(f"{path.name}: {error}") from None
    repeated = {one.code for one in codes if sum(other.code == one.code for other in codes) > 1}
    if repeated:
        raise BrokenCodeList(f"{path.name}: more than once: {', '.join(sorted(repeated))}")
    return CodeList(name=path.stem, source=source, codes=codes)


def _entry(entry: dict[str, Any]) -> Code:
    """Codes are quoted text in the file: YAML reads a bare `no` as false and `01` as a number."""
    code, label, verified = entry["code"], entry["label"], entry["verified"]
    if not (isinstance(code, str) and isinstance(label, str) and isinstance(verified, bool)):
        raise TypeError(f"code and label are quoted text, verified is true or false: {entry}")
    return Code(code=code, label=label, verified=verified)
