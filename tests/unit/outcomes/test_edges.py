"""What this service says to others, and what it makes of what they say."""

from uuid import UUID

import pytest

import contracts
from contracts.outcomes import MeasureCorrectedV1, MeasureRecordedV1, RiskFlaggedV1
from contracts.referral import PersonRegisteredV1, ReferralAcceptedV1
from services.kit.codec import Codec
from services.kit.testing import record
from services.outcomes.domain.events import STORED_NAMES, RecordEvent, upcast
from services.outcomes.domain.record import EnrolPerson, OpenEpisode
from services.outcomes.incoming import SUBSCRIPTIONS, TOPICS, parse
from services.outcomes.outgoing import PUBLISHED, to_message, translate
from tests.unit.outcomes.builders import (
    AT_RISK,
    DAY,
    EARLIER,
    MEASURE,
    NOW,
    PERSON,
    REFERRAL,
    a_form,
    corrected,
    enrolled,
    flagged,
    opened,
    recorded,
)

FLAG = "00000000-0000-4000-8000-0000000000f1"
CODEC: Codec[RecordEvent] = Codec(STORED_NAMES, subject_field="person_id", upcast=upcast)
EVERY = [
    enrolled(),
    opened(),
    recorded(a_form((1, None, *AT_RISK[2:]), gestation_weeks=39.5)),
    corrected(),
    flagged(FLAG),
]


def test_every_event_is_stored_under_a_name_of_its_own() -> None:
    assert {type(event) for event in EVERY} == set(STORED_NAMES.values())


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_from_its_stored_form(event: RecordEvent) -> None:
    stored = CODEC.encode(event)

    assert CODEC.decode(stored.type, stored.data, stored.personal) == event


def test_the_note_of_a_correction_is_personal_and_nothing_else_is() -> None:
    stored = CODEC.encode(corrected())

    assert (stored.personal, stored.subject) == ({"note": "read from the paper form"}, PERSON)
    assert "note" not in stored.data
    assert all(not CODEC.encode(event).personal for event in EVERY if event != corrected())


@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_what_is_published_is_what_is_translated(event: RecordEvent) -> None:
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


def test_what_others_published_already_stays_here() -> None:
    assert translate(enrolled()) is None
    assert translate(opened()) is None


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


def test_an_accepted_referral_opens_an_episode() -> None:
    accepted = ReferralAcceptedV1(
        referral_id=REFERRAL, person_id=PERSON, care_strand="parent_infant", accepted_at=EARLIER
    )
    react = SUBSCRIPTIONS[ReferralAcceptedV1]

    assert react(record(accepted, stream=f"referral-{REFERRAL}", version=4)) == OpenEpisode(
        person_id=PERSON, referral_id=REFERRAL, care_strand="parent_infant", accepted_at=EARLIER
    )


def test_only_topics_with_something_for_us_are_heard() -> None:
    assert {event.TOPIC for event in SUBSCRIPTIONS} == set(TOPICS)
    assert UUID(parse("perinatal-risk-flagged-1", translate(flagged(FLAG)).data()).flag_id) == UUID(FLAG)
