"""The AsyncAPI 3 document of the whole platform, made from the classes, topics.yaml and the examples."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from contracts import REGISTRY
from contracts.envelope import Envelope
from contracts.event import PublicEvent
from contracts.json_schema import for_readers
from contracts.topics import Topic, Topics

VERSION = "3.1.0"
BINDING = "0.5.0"
DESCRIPTION = """\
Everything the services of the platform tell each other, and others, over Kafka.

Each record is a CloudEvents 1.0 event in binary mode: its attributes are headers, its value is the event's data as
JSON. A record's key is its stream, and the records of a stream come in order. A record may come more than once: keep
the last `ce_sequence` of each stream. Readers ignore fields, and cope with codes, that they do not know. A type only
ever gains optional fields; any other change is a new type with the next number.
"""

Node = dict[str, Any]


def document(topics: Topics, examples: Mapping[str, Node]) -> Node:
    """The document as a tree. `examples` holds {"headers": …, "data": …} by event type."""
    return {
        "asyncapi": VERSION,
        "id": "urn:perinatal:platform",
        "info": {
            "title": "Perinatal outcomes platform: events",
            "version": topics.version,
            "description": DESCRIPTION,
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in topics.topics},
        "operations": {name: operation for topic in topics.topics for name, operation in _operations(topic)},
        "components": {
            "messages": {name: _message(event, examples[name], topics) for name, event in REGISTRY.items()},
            "messageTraits": {"cloudEvents": {"headers": {"$ref": "#/components/schemas/Envelope"}}},
            "schemas": {"Envelope": _headers()} | _schemas(REGISTRY.values()),
        },
    }


def text(tree: Node) -> str:
    """The document as YAML."""
    head = "# Made by `perinatal contracts build`. Change the classes or topics.yaml, not this file.\n"
    return head + yaml.dump(tree, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)


class _Plain(yaml.SafeDumper):
    """Writes every node in full where it stands, without YAML's references, and long texts as blocks."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Plain.add_representer(str, _block)


def _server() -> Node:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "The Kafka of the installation.",
        "variables": {"bootstrap": {"default": "localhost:9092", "description": "host:port of a broker"}},
    }


def _channel(topic: Topic) -> Node:
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic.types},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": topic.retention_ms},
                "bindingVersion": BINDING,
            }
        },
        "x-owner": topic.owner,
        "x-key": topic.key,
        "x-has-personal-data": topic.has_personal_data,
    }


def _operations(topic: Topic) -> Iterable[tuple[str, Node]]:
    yield f"{topic.producer}-sends-{topic.name}", _operation("send", topic.producer, topic.name, topic.types)
    for consumer in topic.consumers:
        yield f"{consumer}-receives-{topic.name}", _operation("receive", consumer, topic.name, topic.types)


def _operation(action: str, service: str, topic: str, types: Sequence[str]) -> Node:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{name}"} for name in types],
        "x-service": service,
    }


def _message(event: type[PublicEvent], example: Node, topics: Topics) -> Node:
    topic = next(topic for topic in topics.topics if event.TYPE in topic.types)
    return {
        "name": event.TYPE,
        "title": event.__name__,
        "summary": event.__doc__,
        "contentType": "application/json",
        "traits": [{"$ref": "#/components/messageTraits/cloudEvents"}],
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The stream."}, "bindingVersion": BINDING}},
        "examples": [{"name": event.TYPE, "headers": example["headers"], "payload": example["data"]}],
        "x-owner": topic.owner,
        "x-schema-id": event.dataschema(),
    }


def _headers() -> Node:
    schema = Envelope.model_json_schema(by_alias=True)
    for part in schema["properties"].values():
        part.pop("title", None)
    return schema


def _schemas(events: Iterable[type[PublicEvent]]) -> Node:
    """Each event's schema, and what it refers to beside it: the document has one place for all."""
    found: Node = {}
    for event in events:
        schema = _moved(for_readers(event))
        found |= schema.pop("$defs", {})
        found[event.__name__] = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
    return found


def _moved(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _moved(value)
            for key, value in part.items()
        }
    return [_moved(each) for each in part] if isinstance(part, list) else part
