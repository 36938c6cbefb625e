"""topics.yaml says the same as the classes, for every topic there is."""

from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from contracts import REGISTRY
from contracts.topics import FILE, Topic, load

ROOT = Path(__file__).parents[2]
TOPICS = load().topics
EACH = [pytest.param(topic, id=topic.name) for topic in TOPICS]


def test_topics_are_listed_once() -> None:
    assert len({topic.name for topic in TOPICS}) == len(TOPICS)


def test_every_type_is_in_its_topic_and_in_no_other() -> None:
    listed = [(name, topic.name) for topic in TOPICS for name in topic.types]
    assert sorted(listed) == sorted((name, event.TOPIC) for name, event in REGISTRY.items())


@pytest.mark.parametrize("topic", EACH)
def test_a_topic_is_whole(topic: Topic) -> None:
    assert topic.description
    assert topic.has_personal_data is False
    assert topic.key == "stream"
    assert topic.retention_ms == -1


@pytest.mark.parametrize("topic", EACH)
def test_a_topic_names_services_that_exist(topic: Topic) -> None:
    services = {path.name for path in (ROOT / "services").iterdir() if path.is_dir()} - {"kit"}
    assert {topic.owner, topic.producer, *topic.consumers} <= services


@pytest.mark.parametrize("topic", EACH)
def test_a_topic_is_named_after_its_producer(topic: Topic) -> None:
    assert topic.name.split(".")[:2] == ["perinatal", topic.producer]
    assert topic.owner == topic.producer
    assert topic.producer not in topic.consumers


def test_who_imports_an_event_is_listed_as_its_consumer() -> None:
    for service in ("outcomes", "portal", "referral", "scheduling", "training"):
        heard = {event.TOPIC for event in REGISTRY.values() if event.__name__ in _incoming(service)}
        assert heard == {topic.name for topic in TOPICS if service in topic.consumers}, service


@pytest.mark.parametrize("change", [{"partitons": 6}, {"partitions": "6"}, {"has_personal_data": None}, {"key": 7}])
def test_a_slip_in_the_file_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    content = yaml.safe_load(FILE.read_text("utf-8"))
    content["topics"][0] |= change
    spoilt = tmp_path / "topics.yaml"
    spoilt.write_text(yaml.safe_dump(content))
    with pytest.raises(ValidationError, match=next(iter(change))):
        load(spoilt)


def _incoming(service: str) -> str:
    folder = ROOT / "services" / service
    paths = [folder / "incoming.py", *folder.glob("readmodels/*.py")]
    return "".join(path.read_text("utf-8") for path in paths if path.exists())
