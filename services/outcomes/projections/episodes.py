"""A person's episodes of care, as the referral service tells of them. Beginning and end may be heard in either order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.kit.read_model import ReadModel
from services.kit.record import Recorded
from services.kit.tenancy import TenantId, Tx
from services.outcomes.domain.days import london_date
from services.outcomes.domain.episodes import Episode, Gap, gaps
from services.outcomes.domain.events import EpisodeClosed, EpisodeOpened, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeRow:
    """One referral. Without `opened_at` it never became an episode; without `closed_at` it goes on."""

    referral_id: str
    person_id: str
    care_strand: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    ended_by: str | None
    reason: str | None


def key_of(recorded: Recorded[Event]) -> str | None:
    match recorded.event:
        case EpisodeOpened() | EpisodeClosed() as event:
            return event.referral_id
        case _:
            return None


def evolve(row: EpisodeRow | None, recorded: Recorded[Event]) -> EpisodeRow | None:
    match recorded.event:
        case EpisodeOpened() as event:
            known = row or _unheard_of(event)
            return replace(known, care_strand=event.care_strand, opened_at=event.occurred_at)
        case EpisodeClosed() as event:
            known = row or _unheard_of(event)
            return replace(known, closed_at=event.occurred_at, ended_by=event.ended_by, reason=event.reason)
        case _:
            return row


def _unheard_of(event: EpisodeOpened | EpisodeClosed) -> EpisodeRow:
    return EpisodeRow(
        referral_id=event.referral_id,
        person_id=event.person_id,
        care_strand=None,
        opened_at=None,
        closed_at=None,
        ended_by=None,
        reason=None,
    )


EPISODES = ReadModel(
    name="outcomes.episodes",
    version=1,
    table="episodes",
    key="referral_id",
    row=EpisodeRow,
    key_of=key_of,
    evolve=evolve,
)

_OF_PERSON = """
select * from episodes where tenant = $1 and person_id = $2 and opened_at is not null
order by opened_at, referral_id
"""


async def of_person(tx: Tx, tenant: TenantId, person_id: str) -> list[EpisodeRow]:
    """A person's episodes, the earliest opened first; referrals that never became one are left out."""
    return [EPISODES.read(record) for record in await tx.fetch(_OF_PERSON, tenant, person_id)]


def gaps_between(rows: Sequence[EpisodeRow]) -> list[Gap]:
    """Where one course of care ended and the next began."""
    return gaps(
        Episode(
            opened_on=london_date(row.opened_at),
            closed_on=None if row.closed_at is None else london_date(row.closed_at),
        )
        for row in rows
        if row.opened_at is not None
    )
