"""Makes the broker's users and their permissions; again at every start, so that what was changed or lost is put right."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)

from deploy.compose.access import Grant
from deploy.local.errors import StackError
from services.kit.kafka import KafkaAddress

_WITHIN = 60.0
_ASK_SECONDS = 5.0
_ANSWER_SECONDS = 30.0
_ITERATIONS = 8192
_BINDINGS = {"TOPIC": ResourceType.TOPIC, "GROUP": ResourceType.GROUP, "CLUSTER": ResourceType.BROKER}


class Broker:
    """The broker as its administrator sees it."""

    def __init__(self, address: KafkaAddress) -> None:
        self._servers = address.servers
        self._client = AdminClient(
            {
                "bootstrap.servers": address.servers,
                "security.protocol": "SASL_SSL" if address.tls else "SASL_PLAINTEXT",
                "sasl.mechanism": "SCRAM-SHA-512",
                "sasl.username": address.user,
                "sasl.password": address.password,
                "log_level": 0,
            }
        )

    def wait(self) -> None:
        """Until it answers. Raises StackError when it does not in a minute."""
        end = time.monotonic() + _WITHIN
        while True:
            try:
                self._client.list_topics(timeout=_ASK_SECONDS)
                return
            except KafkaException as problem:
                if time.monotonic() > end:
                    raise StackError(f"Kafka at {self._servers} does not answer: {problem.args[0].str()}") from problem

    def set_passwords(self, passwords: Mapping[str, str]) -> None:
        """Make users or change their passwords."""
        how = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, _ITERATIONS)
        changes: list[UserScramCredentialAlteration] = [
            UserScramCredentialUpsertion(user, how, password.encode()) for user, password in passwords.items()
        ]
        _finish(self._client.alter_user_scram_credentials(changes).values())

    def set_grants(self, grants: Iterable[Grant]) -> None:
        """Give what is missing, then take back what is not listed for a user who is."""
        wanted = {_binding(grant) for grant in grants}
        there = set(self._client.describe_acls(_everything()).result(_ANSWER_SECONDS))
        users = {binding.principal for binding in wanted}
        extra = [binding for binding in there - wanted if binding.principal in users]
        if missing := [*(wanted - there)]:
            _finish(self._client.create_acls(missing).values())
        if extra:
            _finish(self._client.delete_acls([_exactly(binding) for binding in extra]).values())


def _binding(grant: Grant) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if grant.prefix else ResourcePatternType.LITERAL
    return AclBinding(
        _BINDINGS[grant.resource],
        grant.name,
        pattern,
        f"User:{grant.user}",
        "*",
        AclOperation[grant.operation],
        AclPermissionType.ALLOW,
    )


def _everything() -> AclBindingFilter:
    anything: Any = None
    return AclBindingFilter(
        ResourceType.ANY, anything, ResourcePatternType.ANY, anything, anything, AclOperation.ANY, AclPermissionType.ANY
    )


def _exactly(binding: AclBinding) -> AclBindingFilter:
    return AclBindingFilter(
        binding.restype,
        binding.name,
        binding.resource_pattern_type,
        binding.principal,
        binding.host,
        binding.operation,
        binding.permission_type,
    )


def _finish(answers: "Iterable[Future[Any]]") -> None:
    for answer in answers:
        try:
            answer.result(_ANSWER_SECONDS)
        except KafkaException as problem:
            raise StackError(f"Kafka refused: {problem.args[0].str()}") from problem
