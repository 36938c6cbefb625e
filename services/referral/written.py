"""What was written about a referral: opened for one reader, one stream at a time. No read model holds any of it."""

from dataclasses import dataclass
from datetime import datetime

from services.kit.event_store import EventStore
from services.kit.record import Recorded
from services.kit.tenancy import TenantId
from services.referral.application import referral_stream
from services.referral.domain.events import (
    Event,
    ReferralClosed,
    ReferralReceived,
    ReferralRedirected,
    ReferralTriaged,
    ReferralWithdrawn,
)
from services.referral.domain.refusals import UnknownReferral


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A note. `about`: received, triaged, redirected, withdrawn or closed; `written_by` None: the family itself."""

    about: str
    words: str
    written_at: datetime
    written_by: str | None


async def notes_of(store: EventStore[Event], tenant: TenantId, referral_id: str) -> list[Written]:
    """The notes of a referral, the oldest first, without what was erased. Raises UnknownReferral."""
    recorded = await store.load(tenant, referral_stream(referral_id))
    if not recorded:
        raise UnknownReferral
    return [note for each in recorded if (note := _note(each)) is not None]


def _note(recorded: Recorded[Event]) -> Written | None:
    match recorded.event:
        case ReferralReceived(note=str() as words, self_referred=True, referred_by=None):
            return _written(recorded, "received", words, None)
        case ReferralReceived(note=str() as words):
            return _written(recorded, "received", words, recorded.actor)
        case ReferralTriaged(note=str() as words):
            return _written(recorded, "triaged", words, recorded.actor)
        case ReferralRedirected(note=str() as words):
            return _written(recorded, "redirected", words, recorded.actor)
        case ReferralWithdrawn(note=str() as words):
            return _written(recorded, "withdrawn", words, recorded.actor)
        case ReferralClosed(note=str() as words):
            return _written(recorded, "closed", words, recorded.actor)
        case _:
            return None


def _written(recorded: Recorded[Event], about: str, words: str, by: str | None) -> Written:
    return Written(about=about, words=words, written_at=recorded.recorded_at, written_by=by)
