"""What this service says to others, and what it makes of what they say."""

from typing import get_args
from uuid import UUID

import pytest

import contracts
from contracts.event import PublicEvent
from contracts.outcomes import (
    GoalRatedV1,
    GoalSetV1,
    MeasureCorrectedV1,
    MeasureRecordedV1,
    MhaPeriodEndedV1,
    MhaPeriodStartedV1,
    RiskFlaggedV1,
    RiskReviewedV1,
    SafeguardingConcernClosedV1,
    SafeguardingConcernOpenedV1,
    SafeguardingLevelChangedV1,
)
from contracts.referral import (
    PersonErasedV1,
    PersonRegisteredV1,
    ReferralAcceptedV1,
    ReferralClosedV1,
    ReferralRedirectedV1,
    ReferralWithdrawnV1,
)
from services.kit.codec import Codec
from services.kit.testing import record
from services.outcomes.domain.events import (
    STORED_NAMES,
    Event,
    GoalSet,
    MeasureCorrected,
    RestrictedEvent,
    RiskReviewed,
    SafeguardingConcernOpened,
    upcast,
)
from services.outcomes.domain.record import CloseEpisode, EnrolPerson, ForgetPerson, OpenEpisode
from services.outcomes.incoming import SUBSCRIPTIONS, TOPICS, parse
from services.outcomes.outgoing import PUBLISHED, to_message, translate
from tests.unit.outcomes.builders import (
    AT_RISK,
    CONCERN,
    DAY,
    EARLIER,
    FLAG,
    GOAL,
    MEASURE,
    NOW,
    PERIOD,
    PERSON,
    REFERRAL,
    TODAY,
    a_form,
    closed,
    concern_closed,
    concern_opened,
    corrected,
    enrolled,
    erased,
    flagged,
    goal_rated,
    goal_set,
    level_changed,
    opened,
    period_ended,
    period_started,
    recorded,
    reviewed,
)

CODEC: Codec[Event] = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)
EVERY = [
    enrolled(),
    erased(),
    opened(),
    recorded(a_form((1, None, *AT_RISK[2:]), gestation_weeks=39.5)),
    corrected(),
    flagged(FLAG),
    closed(),
    reviewed(),
    goal_set(),
    goal_rated(),
    concern_opened(),
    level_changed(),
    concern_closed(),
    period_started(),
    period_ended(),
]
PERSONAL = {
    MeasureCorrected: {"note": "read from the paper form"},
    RiskReviewed: {"note": "spoke on the telephone"},
    GoalSet: {"wording": "to sleep five hours"},
    SafeguardingConcernOpened: {"note": "heard at the door"},
}


def test_every_event_is_stored_under_a_name_of_its_own() -> None:
    assert {type(event) for event in EVERY} == set(STORED_NAMES.values())


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_from_its_stored_form(event: Event) -> None:
    stored = CODEC.encode(event)

    assert CODEC.decode(stored.type, stored.data, stored.personal) == event


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_words_are_personal_and_nothing_else_is(event: Event) -> None:
    words = PERSONAL.get(type(event), {})
    stored = CODEC.encode(event)

    assert (stored.personal, stored.subject) == (words, PERSON if words else None)
    assert not words.keys() & stored.data.keys()


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_what_is_published_is_what_is_translated(event: Event) -> None:
    message = to_message(record(event, stream=f"record-{PERSON}", version=3))

    assert (message is not None) == (CODEC.encode(event).type in PUBLISHED)


def test_a_recorded_measure_is_published_without_its_answers() -> None:
    form = a_form(AT_RISK, gestation_weeks=39.5, infant_age_weeks=None)

    assert translate(recorded(form)) == MeasureRecordedV1(
        measure_id=MEASURE,
        person_id=PERSON,
        instrument="epds",
        instrument_version="1",
        scores={"total": 8.0},
        items_answered=10,
        complete=True,
        collection_point="baseline",
        completed_on=DAY,
        gestation_weeks=39.5,
        infant_age_weeks=None,
        recorded_at=NOW,
    )


def test_a_correction_is_published_whole_without_its_note() -> None:
    public = translate(corrected(supersedes=2))

    assert isinstance(public, MeasureCorrectedV1)
    assert (public.scores, public.supersedes_version, public.reason_code) == ({"total": 8.0}, 2, "entry-error")
    assert b"paper" not in public.data()
    assert b"answers" not in public.data()


def test_a_flag_is_published_with_its_item() -> None:
    assert translate(flagged(FLAG)) == RiskFlaggedV1(
        flag_id=FLAG, measure_id=MEASURE, person_id=PERSON, instrument="epds", item=10, flagged_at=NOW
    )


@pytest.mark.parametrize(
    ("event", "public"),
    [
        (
            reviewed(),
            RiskReviewedV1(flag_id=FLAG, person_id=PERSON, outcome="safety-plan-agreed", reviewed_at=NOW),
        ),
        (goal_set(), GoalSetV1(goal_id=GOAL, person_id=PERSON, set_on=DAY)),
        (goal_rated(7), GoalRatedV1(goal_id=GOAL, person_id=PERSON, rating=7, rated_on=DAY)),
        (
            concern_opened(),
            SafeguardingConcernOpenedV1(concern_id=CONCERN, person_id=PERSON, level="concern-raised", opened_on=DAY),
        ),
        (
            level_changed(),
            SafeguardingLevelChangedV1(concern_id=CONCERN, person_id=PERSON, level="early-help", changed_on=DAY),
        ),
        (
            concern_closed(),
            SafeguardingConcernClosedV1(
                concern_id=CONCERN, person_id=PERSON, reason="no-longer-at-risk", closed_on=TODAY
            ),
        ),
        (
            period_started(),
            MhaPeriodStartedV1(
                period_id=PERIOD, person_id=PERSON, legal_status="02", counts_as="detention", started_on=DAY
            ),
        ),
        (period_ended(), MhaPeriodEndedV1(period_id=PERIOD, person_id=PERSON, ended_on=TODAY)),
    ],
    ids=lambda part: type(part).__name__,
)
def test_a_fact_is_published_without_its_words(event: Event, public: PublicEvent) -> None:
    assert translate(event) == public


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_only_restricted_facts_go_to_the_restricted_topic_and_they_go_nowhere_else(event: Event) -> None:
    public = translate(event)
    restricted = type(event) in get_args(RestrictedEvent)

    assert restricted == (public is not None and public.TOPIC == "perinatal.outcomes.restricted")
    assert public is None or public.TOPIC in ("perinatal.outcomes.events", "perinatal.outcomes.restricted")


def test_what_others_published_already_stays_here() -> None:
    assert translate(enrolled()) is None
    assert translate(erased()) is None
    assert translate(opened()) is None
    assert translate(closed()) is None


def test_a_message_is_read_back_by_its_consumers() -> None:
    message = to_message(record(flagged(FLAG), stream=f"record-{PERSON}", version=3))

    assert message is not None
    assert (message.topic, message.type) == ("perinatal.outcomes.events", "perinatal-risk-flagged-1")
    assert contracts.parse(message.type, message.data) == translate(flagged(FLAG))


def test_a_registered_person_is_to_be_enrolled() -> None:
    registered = PersonRegisteredV1(
        person_id=PERSON,
        nhs_number_status="03",
        ethnic_category="Z",
        preferred_language="en",
        interpreter_required=False,
        age_band="not-known",
        registered_at=EARLIER,
    )
    react = SUBSCRIPTIONS[PersonRegisteredV1]

    assert react(record(registered, stream=f"person-{PERSON}", version=1)) == EnrolPerson(
        person_id=PERSON, registered_at=EARLIER
    )


def test_an_erased_person_is_to_be_forgotten() -> None:
    react = SUBSCRIPTIONS[PersonErasedV1]
    gone = record(PersonErasedV1(person_id=PERSON, erased_at=NOW), stream=f"person-{PERSON}", version=2)

    assert react(gone) == ForgetPerson(person_id=PERSON, erased_at=NOW)


def test_an_accepted_referral_opens_an_episode() -> None:
    accepted = ReferralAcceptedV1(
        referral_id=REFERRAL, person_id=PERSON, care_strand="parent_infant", accepted_at=EARLIER
    )
    react = SUBSCRIPTIONS[ReferralAcceptedV1]

    assert react(record(accepted, stream=f"referral-{REFERRAL}", version=4)) == OpenEpisode(
        person_id=PERSON, referral_id=REFERRAL, care_strand="parent_infant", accepted_at=EARLIER
    )


IDS = {"referral_id": REFERRAL, "person_id": PERSON}


@pytest.mark.parametrize(
    ("fact", "ended_by"),
    [
        (ReferralClosedV1(**IDS, reason="why", closed_at=NOW), "closed"),
        (ReferralWithdrawnV1(**IDS, reason="why", withdrawn_by="family", withdrawn_at=NOW), "withdrawn"),
        (ReferralRedirectedV1(**IDS, reason="why", redirected_at=NOW), "redirected"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_referral_that_ended_closes_its_episode(fact: PublicEvent, ended_by: str) -> None:
    react = SUBSCRIPTIONS[type(fact)]

    assert react(record(fact, stream=f"referral-{REFERRAL}", version=5)) == CloseEpisode(
        person_id=PERSON, referral_id=REFERRAL, ended_by=ended_by, reason="why", ended_at=NOW
    )


def test_only_topics_with_something_for_us_are_heard() -> None:
    assert {event.TOPIC for event in SUBSCRIPTIONS} == set(TOPICS)
    assert UUID(parse("perinatal-risk-flagged-1", translate(flagged(FLAG)).data()).flag_id) == UUID(FLAG)
