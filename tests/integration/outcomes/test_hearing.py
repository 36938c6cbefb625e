"""Others' facts come in through a real Kafka, in either order and more than once; ours go out without an answer in them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from contracts.event import PublicEvent
from contracts.outcomes import (
    GoalRatedV1,
    GoalSetV1,
    MeasureRecordedV1,
    MhaPeriodStartedV1,
    RiskFlaggedV1,
    RiskReviewedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
)
from contracts.referral import (
    ReferralAcceptedV1,
    ReferralClosedV1,
    ReferralReceivedV1,
    ReferralWithdrawnV1,
)
from services.kit.record import Recorded
from services.kit.testing import NOW, eventually
from services.outcomes.domain.events import EpisodeClosed, EpisodeOpened, PersonEnrolled
from services.outcomes.migrate import MIGRATIONS
from tests.conftest import MakeDatabase
from tests.databases import Database
from tests.integration.outcomes.conftest import AT_RISK, EPDS, A, Site, open_site
from tests.integration.sites import registered, said
from tests.support import Issuer, published, tell

EVENTS, RESTRICTED = "perinatal.outcomes.events", "perinatal.outcomes.restricted"

pytestmark = [pytest.mark.postgres, pytest.mark.kafka]


@pytest.fixture(scope="module")
async def site(new_database: MakeDatabase, keyring: Database, issuer: Issuer, kafka: str) -> AsyncIterator[Site]:
    """The service with every role at work."""
    database = await new_database(MIGRATIONS)
    async for opened in open_site(database, keyring, issuer, "project", "consume", "relay", kafka=kafka):
        yield opened


def accepted(person_id: str, referral_id: str) -> Recorded[PublicEvent]:
    fact = ReferralAcceptedV1(
        referral_id=referral_id, person_id=person_id, care_strand="parent_infant", accepted_at=NOW - timedelta(days=2)
    )
    return said(fact, f"referral-{referral_id}", 1)


def ended(person_id: str, referral_id: str, *, withdrawn: bool = False, version: int = 2) -> Recorded[PublicEvent]:
    said_of = {"referral_id": referral_id, "person_id": person_id, "reason": "other"}
    fact = (
        ReferralWithdrawnV1(**said_of, withdrawn_by="family", withdrawn_at=NOW)
        if withdrawn
        else ReferralClosedV1(**said_of, closed_at=NOW)
    )
    return said(fact, f"referral-{referral_id}", version)


def of_no_concern(person_id: str) -> Recorded[PublicEvent]:
    fact = ReferralReceivedV1(
        referral_id=str(uuid4()),
        person_id=person_id,
        source_of_referral="B1",
        primary_reason="13",
        self_referred=True,
        received_at=NOW,
    )
    return said(fact, f"referral-{fact.referral_id}", 1)


async def all_taken(site: Site, kafka: str) -> None:
    """Until the service's own checkpoints stand at the end of the topic."""
    observer = AIOKafkaConsumer("perinatal.referral.events", bootstrap_servers=kafka, enable_auto_commit=False)
    await observer.start()
    ends = {each.partition: end for each, end in (await observer.end_offsets(observer.assignment())).items()}
    await observer.stop()

    async def at_the_end() -> bool:
        async with site.pool.unscoped() as tx:
            rows = await tx.fetch("select partition, next_offset from consumer_checkpoints")
        taken = {row["partition"]: row["next_offset"] for row in rows}
        return all(taken.get(partition, 0) >= end for partition, end in ends.items())

    await eventually(at_the_end, within=30, what="the end of the topic")


async def test_a_person_and_an_episode_are_taken_in_either_order(site: Site, kafka: str) -> None:
    one, other, first, second = (str(uuid4()) for _ in range(4))

    await tell(kafka, registered(one), accepted(one, first), accepted(other, second), registered(other))

    assert {type(event) for event in await site.heard(f"record-{one}", 2)} == {PersonEnrolled, EpisodeOpened}
    assert {type(event) for event in await site.heard(f"record-{other}", 2)} == {PersonEnrolled, EpisodeOpened}


async def test_a_fact_sent_twice_is_taken_once(site: Site, kafka: str) -> None:
    person, referral = str(uuid4()), str(uuid4())

    await tell(kafka, registered(person), of_no_concern(person), registered(person), accepted(person, referral))
    await tell(kafka, accepted(person, referral), registered(person))
    await all_taken(site, kafka)

    assert {type(event) for event in await site.events(f"record-{person}")} == {PersonEnrolled, EpisodeOpened}
    assert len(await site.events(f"record-{person}")) == 2


async def test_an_episode_ends_with_its_referral_in_whatever_order_it_is_heard(site: Site, kafka: str) -> None:
    one, other, first, second = (str(uuid4()) for _ in range(4))

    await tell(kafka, registered(one), accepted(one, first), ended(one, first), ended(one, first))
    await tell(kafka, ended(other, second, withdrawn=True, version=1), registered(other))

    kept = await site.heard(f"record-{one}", 3)
    assert [type(event) for event in kept if not isinstance(event, PersonEnrolled)] == [EpisodeOpened, EpisodeClosed]
    assert {type(event) for event in await site.heard(f"record-{other}", 2)} == {PersonEnrolled, EpisodeClosed}
    shown = await eventually_episodes(site, one)
    assert [(each["referral_id"], each["ended_by"]) for each in shown] == [(first, "closed")]


async def eventually_episodes(site: Site, person: str) -> list[dict[str, str]]:
    """The closed episodes a clinician is shown, once the read model has them."""
    found: list[dict[str, str]] = []

    async def there() -> bool:
        shown = await site.done("GET", f"/pcns/{A}/people/{person}/measures")
        found[:] = [each for each in shown["episodes"] if each["closed_at"]]
        return bool(found)

    await eventually(there, within=30, what="a closed episode")
    return found


async def known(site: Site, kafka: str) -> str:
    """The id of a person whose registration was heard."""
    person = str(uuid4())
    await tell(kafka, registered(person))
    await site.heard(f"record-{person}", 1)
    return person


async def test_one_service_speaks_on_two_topics_and_each_stream_is_whole_on_its_own(site: Site, kafka: str) -> None:
    person = await known(site, kafka)
    path = f"/pcns/{A}/people/{person}"
    goal = await site.done("POST", f"{path}/goals", {"wording": "to sleep", "set_on": "2026-05-01"})
    concern = await site.done(
        "POST", f"{path}/safeguarding-concerns", {"level": "early-help", "opened_on": "2026-05-01", "note": "private"}
    )
    rating = {"person_id": person, "rating": 4, "rated_on": "2026-05-02"}
    await site.done("POST", f"/pcns/{A}/goals/{goal['id']}/rate", rating)
    await site.done("POST", f"{path}/mha-periods", {"legal_status": "03", "started_on": "2026-05-03"})
    close = {"person_id": person, "reason": "other", "closed_on": "2026-05-04"}
    await site.done("POST", f"/pcns/{A}/safeguarding-concerns/{concern['id']}/close", close)

    record_facts = await published(kafka, EVENTS, {f"record-{person}"}, 2)
    restricted = await published(kafka, RESTRICTED, {f"restricted-{person}"}, 3)

    assert [type(each.event) for each in record_facts] == [GoalSetV1, GoalRatedV1]
    assert [(each.version, each.previous) for each in record_facts] == [(2, 0), (3, 2)]
    assert [type(each.event) for each in restricted] == [
        SafeguardingConcernOpenedV1,
        MhaPeriodStartedV1,
        SafeguardingConcernClosedV1,
    ]
    assert [(each.version, each.previous) for each in restricted] == [(1, 0), (2, 1), (3, 2)]
    assert all(b"private" not in each.event.data() for each in restricted)


async def test_nothing_restricted_is_on_the_open_topic(site: Site, kafka: str) -> None:
    person = await known(site, kafka)
    period = {"legal_status": "03", "started_on": "2026-05-03"}
    done = await site.done("POST", f"/pcns/{A}/people/{person}/mha-periods", period)
    # A goal set afterwards: once it is there, all that was said before it is too.
    await site.done("POST", f"/pcns/{A}/people/{person}/goals", {"wording": "to sleep", "set_on": "2026-05-01"})
    await published(kafka, EVENTS, {f"record-{person}"}, 1)

    streams = await streams_of(kafka, EVENTS)

    assert f"record-{person}" in streams
    assert not [stream for stream in streams if stream.startswith("restricted-")]
    assert done["stream"] in await streams_of(kafka, RESTRICTED)


async def streams_of(kafka: str, topic: str) -> set[str]:
    """Every key on a topic, up to its end."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        found: set[str] = set()
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            taken = await consumer.getmany(timeout_ms=200)
            found |= {record.key.decode() for records in taken.values() for record in records}
        return found
    finally:
        await consumer.stop()


async def test_a_review_is_published_after_its_flag(site: Site, kafka: str) -> None:
    person = await known(site, kafka)
    await site.record(person, items=AT_RISK)
    shown = await site.done("GET", f"/pcns/{A}/people/{person}/measures")
    flag = shown["measures"][0]["flags"][0]["flag_id"]
    review = {"person_id": person, "outcome": "crisis-team", "note": "private"}
    await site.done("POST", f"/pcns/{A}/risk-flags/{flag}/review", review)

    said_of = await published(kafka, EVENTS, {f"record-{person}"}, 3)

    assert said_of[2].event == RiskReviewedV1(flag_id=flag, person_id=person, outcome="crisis-team", reviewed_at=NOW)
    assert (said_of[2].version, said_of[2].previous) == (4, 3)


async def test_a_measure_waits_for_its_person_and_is_then_published_without_answers(site: Site, kafka: str) -> None:
    person = str(uuid4())
    body = {**EPDS, "person_id": person, "items": AT_RISK}
    refused = await site.ask("POST", f"/pcns/{A}/measures", body)
    assert refused.json()["slug"] == "person-unknown"

    await tell(kafka, registered(person))
    await site.heard(f"record-{person}", 1)
    done = await site.done("POST", f"/pcns/{A}/measures", body)

    measure, flag = await published(kafka, EVENTS, {done["stream"]}, 2)
    assert isinstance(measure.event, MeasureRecordedV1)
    assert isinstance(flag.event, RiskFlaggedV1)
    assert (measure.event.scores, measure.event.measure_id) == ({"total": 8.0}, done["id"])
    assert (measure.tenant, measure.version, measure.previous) == (A, 2, 0)
    assert (flag.event.item, flag.version, flag.previous) == (10, 3, 2)
    assert UUID(flag.event.flag_id)
    assert b"answers" not in measure.event.data()
