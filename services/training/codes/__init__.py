"""The code lists of this service, one YAML file each."""

from pathlib import Path

from services.kit.code_lists import CodeLists, read_code_lists


def read_codes() -> CodeLists:
    """Every list of this folder. Raises BrokenCodeList."""
    return read_code_lists(Path(__file__).parent)
