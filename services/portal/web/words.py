"""What pages call the codes they show (words.yaml)."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "words.yaml"
_NOT_OFFERED = "not_offered"


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    words: str


@cache
def _content() -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return content


def word_lists() -> dict[str, dict[str, str]]:
    """{list: {code: words}}"""
    return {name: words for name, words in _content().items() if name != _NOT_OFFERED}


def word(code_list: str, code: str | None) -> str:
    """The words for a code; the code itself where there are none, and "Not known" where there is no code."""
    return "Not known" if code is None else _content()[code_list].get(code, code)


def codes_of(code_list: str) -> list[str]:
    """The codes a form offers, in its order."""
    return [choice.code for choice in choices(code_list)]


def choices(code_list: str) -> list[Choice]:
    """What a form offers, in its order."""
    left_out = _content()[_NOT_OFFERED].get(code_list, ())
    return [Choice(code, words) for code, words in _content()[code_list].items() if code not in left_out]
