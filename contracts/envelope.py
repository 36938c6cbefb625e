"""The headers of every record: CloudEvents 1.0, Kafka binary mode. The only record all services share."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from contracts.fields import PCN_PATTERN, UUID_PATTERN

COUNTER = r"^[0-9]{10}$"
NO_PREVIOUS = "0000000000"

Counter = Annotated[str, Field(pattern=COUNTER)]
Uuid = Annotated[str, Field(pattern=UUID_PATTERN, json_schema_extra={"format": "uuid"})]


class Envelope(BaseModel):
    """One record's headers, by their names on the wire (Kafka header values are the UTF-8 bytes of these)."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, title="CloudEvents headers")

    specversion: Literal["1.0"] = Field(alias="ce_specversion", description="Version of CloudEvents.")
    id: Uuid = Field(alias="ce_id", description="Id of the event, a UUIDv7. The same id is the same event, sent again.")
    source: str = Field(
        alias="ce_source",
        min_length=1,
        description="The service, and the incarnation of its store, that positions are counted in.",
    )
    type: str = Field(alias="ce_type", pattern=r"^perinatal(-[a-z]+)+-[1-9][0-9]*$", description="Which event this is.")
    subject: str = Field(alias="ce_subject", min_length=1, description="The stream; also the record's key.")
    time: AwareDatetime = Field(alias="ce_time", description="When it was true.")
    recordedtime: AwareDatetime = Field(alias="ce_recordedtime", description="When it was stored.")
    dataschema: str = Field(alias="ce_dataschema", min_length=1, description="The `$id` of the schema of the value.")
    tenant: str = Field(alias="ce_tenant", pattern=PCN_PATTERN, description="ODS code of the network it belongs to.")
    sequence: Counter = Field(
        alias="ce_sequence", description="Version of the stream after this event, from 1, ten digits."
    )
    prevsequence: Counter = Field(
        alias="ce_prevsequence",
        description="`ce_sequence` of the event published before this one in the same stream; 0000000000: none. "
        "Versions between the two are private and will never come.",
    )
    position: str = Field(
        alias="ce_position", pattern=r"^[0-9]+$", description="Place in the log of the source, without gaps there."
    )
    correlationid: str = Field(
        alias="ce_correlationid",
        min_length=1,
        description="Id of the command that stored it: what one command brought about shares it.",
    )
    causationid: str = Field(
        alias="ce_causationid", min_length=1, description="The command or event that led to this one."
    )
    traceparent: str | None = Field(default=None, description="W3C trace context, where there is one.")
    content_type: Literal["application/json"] = Field(alias="content-type", description="How the value is written.")

    @classmethod
    def read(cls, headers: Iterable[tuple[str, bytes]]) -> Self:
        """Read a Kafka record's headers. Raises pydantic.ValidationError; headers it does not know are ignored."""
        return cls.model_validate({name: value.decode() for name, value in headers}, by_alias=True, by_name=False)
