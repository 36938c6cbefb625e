"""Facts become rows, however the streams interleave."""

from dataclasses import replace

from services.kit.testing import ProjectionCase
from services.portal.readmodels.measures import MEASURES
from services.portal.readmodels.pcns import PCNS
from services.portal.readmodels.people import PEOPLE
from services.portal.readmodels.referrals import REFERRALS
from services.portal.readmodels.risk_flags import RISK_FLAGS
from tests.unit.portal import scenarios as given
from tests.unit.portal.scenarios import heard

REFERRAL = f"referral-{given.REFERRAL}"
RECORD = f"record-{given.PERSON}"
PERSON = f"person-{given.PERSON}"


def test_a_network_has_its_latest_settings() -> None:
    ProjectionCase(PCNS).given(
        heard(given.configured(name="Old name"), f"pcn-{given.PCN}", 1),
        heard(given.configured(), f"pcn-{given.PCN}", 2),
    ).then(given.a_network())


def test_a_person_is_known_by_coded_facts_alone() -> None:
    ProjectionCase(PEOPLE).given(heard(given.registered(), PERSON, 1)).then(given.a_person())


def test_changed_details_replace_the_earlier_ones() -> None:
    ProjectionCase(PEOPLE).given(
        heard(given.registered(), PERSON, 1),
        heard(given.details_changed(interpreter_required=False), PERSON, 2),
    ).then(given.a_person(interpreter_required=False))


def test_an_erased_person_is_forgotten() -> None:
    ProjectionCase(PEOPLE).given(heard(given.registered(), PERSON, 1), heard(given.erased(), PERSON, 2)).then()


def test_a_referral_goes_from_received_to_accepted() -> None:
    ProjectionCase(REFERRALS).given(
        heard(given.received(), REFERRAL, 1),
        heard(given.wait_started(), REFERRAL, 2),
        heard(given.triaged(), REFERRAL, 3, at=given.TRIAGED),
        heard(given.accepted(), REFERRAL, 4, at=given.ACCEPTED),
    ).then(
        given.a_referral(
            status="accepted",
            clinical_response_priority="2",
            triaged_at=given.TRIAGED,
            care_strand="parent_infant",
            accepted_at=given.ACCEPTED,
            accepted_recorded_at=given.ACCEPTED,
        )
    )


def test_a_triage_heard_before_its_referral_is_not_lost() -> None:
    early = ProjectionCase(REFERRALS).given(heard(given.triaged(), REFERRAL, 3))
    row = replace(
        given.a_referral(status="announced", clinical_response_priority="2", triaged_at=given.TRIAGED),
        source_of_referral=None,
        referring_professional_type=None,
        primary_reason=None,
        self_referred=None,
        received_at=None,
        received_recorded_at=None,
    )
    early.then(row)
    late = ProjectionCase(REFERRALS).given(heard(given.triaged(), REFERRAL, 3), heard(given.received(), REFERRAL, 4))
    late.then(
        given.a_referral(
            status="triaged",
            clinical_response_priority="2",
            triaged_at=given.TRIAGED,
        )
    )


def test_two_referrals_do_not_mix() -> None:
    other = given.an_id("another referral")
    ProjectionCase(REFERRALS).given(
        heard(given.received(), REFERRAL, 1),
        heard(given.wait_started(), REFERRAL, 2),
        heard(given.received(other, source_of_referral="B1", self_referred=True), f"referral-{other}", 1),
        heard(given.wait_started(other), f"referral-{other}", 2),
    ).then(
        given.a_referral(),
        given.a_referral(referral_id=other, source_of_referral="B1", self_referred=True),
    )


def test_a_correction_takes_the_place_of_a_measure_and_keeps_what_it_replaced() -> None:
    ProjectionCase(MEASURES).given(
        heard(given.measured(), RECORD, 2),
        heard(given.corrected({"total": 9.0}), RECORD, 3, at=given.CORRECTED),
    ).then(
        given.a_measure(
            scores={"total": 9.0},
            recorded_at=given.CORRECTED,
            reason_code="entry-error",
            replaced=[
                {
                    "instrument_version": "1",
                    "scores": {"total": 14.0},
                    "items_answered": 10,
                    "complete": True,
                    "completed_on": "2026-05-19",
                    "recorded_at": given.RECORDED.isoformat(),
                    "reason_code": None,
                }
            ],
        )
    )


def test_a_flag_is_kept_beside_the_measure_that_raised_it() -> None:
    ProjectionCase(RISK_FLAGS).given(
        heard(given.measured(), RECORD, 2),
        heard(given.flagged(), RECORD, 3),
    ).then(given.a_flag())
