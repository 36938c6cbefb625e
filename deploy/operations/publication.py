"""What a service publishes, in its own words: the same codec and translation its relay runs with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.local.services import main_of
from services.kit.cloud_events import Message, as_it_was
from services.kit.codec import Codec
from services.kit.event_store import recorded
from services.kit.record import RECOVERED, Recorded, Recovered
from services.kit.tenancy import TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """`published` are the stored names `translate` maps, `topics` where the messages go."""

    service: str
    codec: Codec[Any]
    translate: Callable[[Recorded[Any]], Message | None]
    published: Sequence[str]
    topics: Sequence[str]

    @property
    def counted(self) -> list[str]:
        """The stored names that have a place in Kafka, those of events that came back from there included."""
        return [*self.published, RECOVERED]

    def of(self, row: Mapping[str, Any]) -> tuple[Recorded[Any], Message | None]:
        """A stored event and what is published of it; None when it stays private. Personal fields stay sealed."""
        event = recorded(self.codec.decode(row["type"], row["data"], {}), TenantId(row["tenant"]), row)
        if not isinstance(event.event, Recovered):
            return event, self.translate(event)
        return event, as_it_was(event.event)


def publication_of(service: str) -> Publication:
    """From the module the service is started by."""
    main = main_of(service)
    return Publication(
        service=service,
        codec=Codec(main.STORED_NAMES, subject_field=main.SUBJECT, upcast=main.upcast),
        translate=main.to_message,
        published=main.PUBLISHED,
        topics=main.SENT_TO,
    )
