"""Reads topics.yaml: every topic of the platform, who writes it, who reads it, and how Kafka keeps it."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("topics.yaml")


class Topic(BaseModel):
    """One topic, and the one service that writes to it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    description: str
    owner: str
    producer: str
    consumers: list[str]
    key: str
    partitions: int = Field(ge=1)
    retention_ms: int = Field(ge=-1)
    has_personal_data: bool
    types: list[str]


class Topics(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: str
    topics: list[Topic]


def load(file: Path = FILE) -> Topics:
    """Read the file. Raises pydantic.ValidationError on a key it does not know, a missing one or a wrong type."""
    return Topics.model_validate(yaml.safe_load(file.read_text("utf-8")))
