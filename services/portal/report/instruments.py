"""The names, ranges and cut-offs of the instruments, as the report and the charts show them (thresholds.yaml)."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

_FILE = Path(__file__).parent / "thresholds.yaml"


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CutOff(_Entry):
    at: float
    label: str


class ScoreNames(_Entry):
    label: str
    minimum: float | None = None
    maximum: float | None = None
    better: str = "unknown"
    """lower, higher, or unknown for a score this file does not hold."""
    count_at: tuple[int, ...] = ()
    cut_offs: tuple[CutOff, ...] = ()


class InstrumentNames(_Entry):
    short: str
    title: str
    domain: str | None = None
    """Which of the impacts it tells of; None for one that is not in the file."""
    scores: dict[str, ScoreNames]

    def score(self, name: str) -> ScoreNames:
        """The score's words; plain ones for a score that is not in the file."""
        return self.scores.get(name) or ScoreNames(label=name.replace("_", " ").capitalize())


@cache
def instruments() -> dict[str, InstrumentNames]:
    """By instrument code, in the order pages and reports show them."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {code: InstrumentNames.model_validate(entry) for code, entry in content.items()}


def instrument(code: str) -> InstrumentNames:
    """The instrument's words; its bare code for one that is not in the file."""
    return instruments().get(code) or InstrumentNames(short=code, title=code, scores={})
