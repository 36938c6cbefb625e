"""An offset is committed by name. Without one, Kafka's client commits whatever it has fetched, done or not."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Source, broken, imported, planted, product, require_none

CLIENTS = ("aiokafka", "confluent_kafka", "faststream", "kafka")
COMMITS = frozenset({"commit", "ack"})


def test_no_offset_is_committed_without_saying_which() -> None:
    require_none(broken(blind_commit, product()))


@pytest.mark.parametrize(
    "text",
    [
        "from aiokafka import AIOKafkaConsumer\nasync def f(consumer): await consumer.commit()",
        "from faststream.kafka import KafkaMessage\nasync def f(msg): await msg.ack()",
        "import aiokafka\nasync def f(self): await self._consumer.commit(None)",
        "from faststream import AckPolicy\nPOLICY = AckPolicy.ACK",
        "from aiokafka import AIOKafkaConsumer\nAIOKafkaConsumer('t', group_id='g')",
    ],
)
def test_a_blind_commit_is_seen(text: str) -> None:
    assert planted(blind_commit, text)


@pytest.mark.parametrize(
    "text",
    [
        "from aiokafka import AIOKafkaConsumer\nasync def f(consumer, offsets): await consumer.commit(offsets)",
        "from faststream import AckPolicy\nPOLICY = AckPolicy.MANUAL",
        "import sqlite3\ndef f(connection): connection.commit()",
        "from aiokafka import AIOKafkaConsumer\nAIOKafkaConsumer('t', group_id='g', enable_auto_commit=False)",
        "from aiokafka import AIOKafkaConsumer\nAIOKafkaConsumer('t')",
    ],
)
def test_a_named_commit_passes(text: str) -> None:
    assert planted(blind_commit, text) == []


def blind_commit(source: Source) -> Iterator[str]:
    if not any(full.startswith(CLIENTS) for full in imported(source).values()):
        return
    for node in source.nodes:
        if isinstance(node, ast.Call) and _name(node) in COMMITS and _says_nothing(node):
            yield source.at(node, f"{ast.unparse(node)} does not say which offsets")
        if isinstance(node, ast.Call) and _name(node) == "AIOKafkaConsumer" and _commits_by_itself(node):
            yield source.at(node, "a consumer in a group must have enable_auto_commit=False")
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "AckPolicy" and node.attr != "MANUAL":
            yield source.at(node, f"AckPolicy.{node.attr} commits without being asked")


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).rpartition(".")[2]


def _says_nothing(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return all(isinstance(value, ast.Constant) and value.value is None for value in given)


def _commits_by_itself(call: ast.Call) -> bool:
    options = {keyword.arg: keyword.value for keyword in call.keywords}
    if "group_id" not in options or None in options:
        return False
    automatic = options.get("enable_auto_commit")
    return not (isinstance(automatic, ast.Constant) and automatic.value is False)
