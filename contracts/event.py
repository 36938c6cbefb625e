"""What every public event is: frozen, named, and closed for who writes it."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

SCHEMA_URN = "urn:perinatal:schema:"


class Fact(BaseModel):
    """A frozen record of coded facts. A field it does not have is refused on writing; `contracts.parse` ignores it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class PublicEvent(Fact):
    """A fact that leaves its service. Once released its class only gains optional fields; anything else is V2.

    TYPE   `ce_type`: perinatal-<thing>-<change>-<major>, as the NHS Multicast Notification Service names its types.
    TOPIC  the Kafka topic it is sent to.
    """

    TYPE: ClassVar[str]
    TOPIC: ClassVar[str]

    @classmethod
    def dataschema(cls) -> str:
        """`ce_dataschema`, and the `$id` of schemas/<type>.json."""
        return SCHEMA_URN + cls.TYPE

    def data(self) -> bytes:
        """The Kafka value: UTF-8 JSON, instants in UTC with a Z, absent optional fields as null."""
        return self.model_dump_json().encode()
