"""One setting says where Kafka is and who we are to it; the password shows nowhere."""

import pytest

from services.kit.delivery import security_of
from services.kit.kafka import KafkaAddress, KafkaAddressInvalid, connection, servers

SIGNED_IN = "scram-sha-512://scheduling:se%2Fcret@kafka:9092,other:9092"


def test_an_address_alone_needs_no_sign_in() -> None:
    assert connection("127.0.0.1:9092") == {"bootstrap_servers": "127.0.0.1:9092"}
    assert security_of(KafkaAddress.parse("127.0.0.1:9092")) is None


def test_who_we_are_goes_to_the_client() -> None:
    assert connection(SIGNED_IN) == {
        "bootstrap_servers": "kafka:9092,other:9092",
        "security_protocol": "SASL_PLAINTEXT",
        "ssl_context": None,
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "scheduling",
        "sasl_plain_password": "se/cret",
    }


def test_tls_checks_the_broker() -> None:
    found = connection("scram-sha-512+tls://scheduling:secret@kafka:9093")
    assert found["security_protocol"] == "SASL_SSL"
    assert found["ssl_context"].check_hostname
    security = security_of(KafkaAddress.parse("scram-sha-512+tls://scheduling:secret@kafka:9093"))
    assert security is not None
    assert security.use_ssl


def test_the_password_is_not_shown() -> None:
    assert servers(SIGNED_IN) == "kafka:9092,other:9092"
    assert "se/cret" not in repr(KafkaAddress.parse(SIGNED_IN))


@pytest.mark.parametrize(
    "written",
    [
        "kafka://scheduling:secret@kafka:9092",
        "scram-sha-512://kafka:9092",
        "scram-sha-512://scheduling@kafka:9092",
        "scram-sha-512://:secret@kafka:9092",
        "scram-sha-512://scheduling:secret@",
    ],
)
def test_a_slip_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(KafkaAddressInvalid) as refused:
        KafkaAddress.parse(written)
    assert written.rpartition("://")[2] not in str(refused.value)
