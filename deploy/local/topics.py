"""Topics of a broker, made from `contracts/topics.yaml` and from nothing else."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from deploy.local.errors import StackError
from services.kit.kafka import connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`retention_ms` -1 keeps records for ever."""

    name: str
    partitions: int
    retention_ms: int


def read_topics(path: Path) -> tuple[Topic, ...]:
    """The topics a contract file lists under `topics:`."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))["topics"]
    return tuple(
        Topic(name=topic["name"], partitions=topic["partitions"], retention_ms=topic["retention_ms"])
        for topic in listed
    )


def ensure_topics(address: str, topics: Sequence[Topic]) -> None:
    """Make the topics that are missing and set the retention of all.

    Raises StackError when a topic has another number of partitions than the contract says: a key would change its
    partition and lose its order, so that takes a plan and not a start.
    """
    try:
        asyncio.run(_ensure(address, topics))
    except (KafkaError, OSError) as problem:
        raise StackError(f"Kafka refused to make the topics: {problem}") from problem


async def _ensure(address: str, topics: Sequence[Topic]) -> None:
    admin = AIOKafkaAdminClient(**connection(address))
    await admin.start()
    try:
        there = {
            topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics() if topic["partitions"]
        }
        for topic in topics:
            if there.get(topic.name, topic.partitions) != topic.partitions:
                have, want = there[topic.name], topic.partitions
                raise StackError(f"topic {topic.name} has {have} partitions, contracts/topics.yaml says {want}")
        await _make(admin, [topic for topic in topics if topic.name not in there])
        await _set_retention(admin, [topic for topic in topics if topic.name in there])
    finally:
        await admin.close()


async def _make(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    wanted = [NewTopic(topic.name, topic.partitions, 1, topic_configs=_configs(topic)) for topic in topics]
    if wanted:
        made = await admin.create_topics(wanted)
        _raise_first(made.topic_errors)


async def _set_retention(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    if topics:
        changed = [ConfigResource(ConfigResourceType.TOPIC, topic.name, _configs(topic)) for topic in topics]
        for answer in await admin.alter_configs(changed):
            _raise_first([(name, code, message) for code, message, _, name in answer.resources])


def _configs(topic: Topic) -> dict[str, str]:
    return {"retention.ms": str(topic.retention_ms), "cleanup.policy": "delete"}


def _raise_first(errors: Sequence[Any]) -> None:
    for name, code, *message in errors:
        if code:
            raise for_code(code)(f"{name}: {message}")
