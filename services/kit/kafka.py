"""Where Kafka is, and who we are to it: one setting, as a database has its DSN.

`host:port[,host:port]`                                 without signing in
`scram-sha-512://user:password@host:port[,host:port]`   SASL SCRAM
`scram-sha-512+tls://user:password@host:port`           the same inside TLS, checked against the machine's own authorities
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

_SCRAM = "scram-sha-512"
_SCHEMES = {_SCRAM: False, f"{_SCRAM}+tls": True}


class KafkaAddressInvalid(ValueError):
    """An address of Kafka is `host:port` or `scram-sha-512://user:password@host:port`; several hosts are joined by commas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaAddress:
    """`servers` may be shown; the password may not, so it is not part of the text form."""

    servers: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    @classmethod
    def parse(cls, written: str) -> "KafkaAddress":
        """Raises KafkaAddressInvalid, without repeating what was written."""
        scheme, separator, rest = written.rpartition("://")
        if not separator:
            return cls(servers=written)
        who, at, servers = rest.rpartition("@")
        user, colon, password = who.partition(":")
        if scheme not in _SCHEMES or not (at and colon and user and servers):
            raise KafkaAddressInvalid(KafkaAddressInvalid.__doc__)
        return cls(servers=servers, user=unquote(user), password=unquote(password), tls=_SCHEMES[scheme])

    def options(self) -> dict[str, Any]:
        """What an aiokafka client is told."""
        if not self.user:
            return {"bootstrap_servers": self.servers}
        return {
            "bootstrap_servers": self.servers,
            "security_protocol": "SASL_SSL" if self.tls else "SASL_PLAINTEXT",
            "ssl_context": self.authorities(),
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }

    def authorities(self) -> ssl.SSLContext | None:
        """The machine's own, where there is TLS."""
        return ssl.create_default_context() if self.tls else None


TO_AN_END = {"enable_auto_commit": False, "fetch_max_wait_ms": 10}
"""For a consumer in no group that reads up to an end it knows: where there is no more, the broker is not to wait 500 ms for it."""


def connection(address: str) -> dict[str, Any]:
    """How an aiokafka client reaches this address: `AIOKafkaConsumer(topic, **connection(address))`."""
    return KafkaAddress.parse(address).options()


def servers(address: str) -> str:
    """The address without who we are to it, to be shown."""
    return KafkaAddress.parse(address).servers


def heed_cancellation() -> None:
    """Raises CancelledError when this task was cancelled and aiokafka kept it to itself, as it may while it starts or stops."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
