"""A service may do at the broker what topics.yaml says of it, and nothing else."""

import importlib

import pytest

from contracts.topics import load
from deploy.compose.access import Grant, grants

GRANTS = grants(load().topics)
RESTRICTED = "perinatal.outcomes.restricted"


def may(user: str, operation: str, topic: str) -> bool:
    return any(
        grant.resource == "TOPIC" and (topic.startswith(grant.name) if grant.prefix else topic == grant.name)
        for grant in GRANTS
        if (grant.user, grant.operation) == (user, operation)
    )


def test_only_the_producer_writes_to_a_topic() -> None:
    for topic in load().topics:
        writers = {grant.user for grant in GRANTS if grant.operation == "WRITE" and grant.name == topic.name}
        assert writers == ({topic.producer} if topic.producer else set())


def test_what_is_restricted_is_read_by_its_owner_and_the_portal() -> None:
    readers = {user for user in _users() if may(user, "READ", RESTRICTED)}
    assert readers == {"outcomes", "portal", "operations"}


def test_a_service_has_a_group_of_its_own_name() -> None:
    for service in ("referral", "scheduling", "outcomes", "training", "portal"):
        groups = [grant for grant in GRANTS if grant.user == service and grant.resource == "GROUP"]
        assert groups == [Grant(user=service, operation="READ", resource="GROUP", name=service)]


@pytest.mark.parametrize("service", ["referral", "scheduling", "outcomes", "training", "portal"])
def test_what_a_service_takes_it_may_read(service: str) -> None:
    topics = importlib.import_module(f"services.{service}.incoming").TOPICS
    assert [topic for topic in topics if not may(service, "READ", topic)] == []


def test_nobody_may_change_the_cluster() -> None:
    assert {(grant.user, grant.operation) for grant in GRANTS if grant.resource == "CLUSTER"} == {
        ("operations", "DESCRIBE")
    }


def _users() -> set[str]:
    return {grant.user for grant in GRANTS}
