"""What a synthetic network is like (characters.yaml) and what its people are called (names.yaml)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.cli.pcn_file import PcnFile, read_pcn_file
from deploy.demo.chance import Chance

FOLDER = Path(__file__).parent
Weights = Mapping[str, float]


def _read(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")))


_NAMES = _read("names.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Shares are 0 to 1 of a scale; the meaning of each field is told in characters.yaml."""

    pcn: str
    practices: Sequence[str]
    growth: float
    wait_days: tuple[float, float]
    first_share: float
    gain_share: float
    unnumbered: float
    ages: tuple[int, int]
    deciles: Sequence[float]
    ethnic_categories: Weights
    sources: Weights
    reasons: Weights
    priorities: Weights
    strands: Weights
    mechanisms: Weights
    attendance: Weights
    languages_of_sessions: Weights


def networks() -> list[PcnFile]:
    return [read_pcn_file(FOLDER / f"pcn-{pcn}.yaml") for pcn in _read("characters.yaml")]


def character_of(network: PcnFile) -> Character:
    told = _read("characters.yaml")[network.pcn_ods_code]
    practices = [practice.ods_code for practice in network.practices]
    return Character(pcn=network.pcn_ods_code, practices=practices, **told)


def name_of(chance: Chance, ethnic_category: str) -> str:
    """Marked as what it is, wherever it is shown."""
    names = _NAMES.get(ethnic_category, _NAMES["A"])
    return f"{chance.choice(names['given'])} {chance.choice(names['family'])} (synthetic)"


def language_of(chance: Chance, ethnic_category: str) -> str:
    languages: Weights = _NAMES.get(ethnic_category, _NAMES["A"])["languages"]
    return chance.one(languages)
