"""What scheduling tells of becomes rows, however the streams interleave."""

from services.kit.testing import ProjectionCase
from services.portal.readmodels.appointments import APPOINTMENTS, AppointmentRow
from services.portal.readmodels.group_sessions import GROUP_SESSIONS, GroupSessionRow
from services.portal.readmodels.places import PLACES
from tests.unit.portal import scheduling_scenarios as given
from tests.unit.portal.scenarios import CORRECTED, PERSON, RECORDED, REFERRAL, an_id, heard

APPOINTMENT = f"appointment-{given.APPOINTMENT}"
SESSION = f"session-{given.SESSION}"


def test_an_appointment_is_booked_moved_and_attended() -> None:
    ProjectionCase(APPOINTMENTS).given(
        heard(given.booked(), APPOINTMENT, 1),
        heard(given.moved(), APPOINTMENT, 2),
        heard(given.attended(attended_at=given.LATER), APPOINTMENT, 3, at=CORRECTED),
    ).then(
        given.an_appointment(
            status="attended",
            starts_at=given.LATER,
            ends_at=given.LATER_ENDS,
            rescheduled=[{"from": given.STARTS.isoformat(), "by": "patient", "at": given.BOOKED.isoformat()}],
            consultation_mechanism="11",
            attendance_status="5",
            activities=["assessment", "care_plan"],
            others_present=["infant"],
            interpreter_present=True,
            partner_assessment_offered=False,
            party_size=2,
            outcome_at=given.LATER,
            outcome_recorded_at=CORRECTED,
        )
    )


def test_a_corrected_outcome_replaces_the_first_and_keeps_it() -> None:
    ProjectionCase(APPOINTMENTS).given(
        heard(given.booked(), APPOINTMENT, 1),
        heard(given.attended(), APPOINTMENT, 2),
        heard(given.missed(supersedes_version=2), APPOINTMENT, 3, at=CORRECTED),
    ).then(
        given.an_appointment(
            status="missed",
            consultation_mechanism="11",
            attendance_status="3",
            outcome_at=given.STARTS,
            outcome_recorded_at=CORRECTED,
            replaced=[{"status": "attended", "attendance_status": "5", "recorded_at": RECORDED.isoformat()}],
        )
    )


def test_a_cancellation_says_by_whom() -> None:
    ProjectionCase(APPOINTMENTS).given(
        heard(given.booked(), APPOINTMENT, 1),
        heard(given.cancelled(), APPOINTMENT, 2),
    ).then(
        given.an_appointment(
            status="cancelled",
            attendance_status="4",
            cancelled_by="provider",
            outcome_at=given.STARTS,
            outcome_recorded_at=RECORDED,
        )
    )


def test_a_move_heard_before_its_booking_is_not_lost() -> None:
    early = [heard(given.moved(), APPOINTMENT, 2)]
    move = {"from": None, "by": "patient", "at": given.BOOKED.isoformat()}
    times = {"starts_at": given.LATER, "ends_at": given.LATER_ENDS, "rescheduled": [move]}
    known = {"person_id": PERSON, "referral_id": REFERRAL}
    ProjectionCase(APPOINTMENTS).given(*early).then(
        AppointmentRow(appointment_id=given.APPOINTMENT, status="announced", **known, **times)
    )
    ProjectionCase(APPOINTMENTS).given(*early, heard(given.booked(), APPOINTMENT, 3)).then(
        given.an_appointment(**times)
    )


def test_what_happens_at_a_group_session_is_no_appointment() -> None:
    ProjectionCase(APPOINTMENTS).given(heard(given.came_with_a_place(), SESSION, 1)).then()


def test_two_appointments_do_not_mix() -> None:
    other = an_id("another appointment")
    ProjectionCase(APPOINTMENTS).given(
        heard(given.booked(), APPOINTMENT, 1),
        heard(given.booked(appointment_id=other, clinician_id="another"), f"appointment-{other}", 1),
    ).then(given.an_appointment(), given.an_appointment(appointment_id=other, clinician_id="another"))


def test_a_session_is_planned_and_held_with_its_counts() -> None:
    ProjectionCase(GROUP_SESSIONS).given(
        heard(given.scheduled(), SESSION, 1),
        heard(given.place_booked(), SESSION, 2),
        heard(given.held(), SESSION, 3, at=CORRECTED),
    ).then(
        given.a_session(
            status="held",
            families=2,
            participant_count=5,
            drop_ins=1,
            held_language="en",
            held_at=given.STARTS,
            held_recorded_at=CORRECTED,
        )
    )


def test_a_cancelled_session_says_why() -> None:
    ProjectionCase(GROUP_SESSIONS).given(
        heard(given.scheduled(), SESSION, 1),
        heard(given.session_cancelled(), SESSION, 2),
    ).then(given.a_session(status="cancelled", cancel_reason="weather", cancelled_at=given.BOOKED))


def test_a_session_whose_plan_was_not_heard_yet_is_only_announced() -> None:
    ProjectionCase(GROUP_SESSIONS).given(heard(given.session_cancelled(), SESSION, 2)).then(
        GroupSessionRow(
            group_session_id=given.SESSION, status="announced", cancel_reason="weather", cancelled_at=given.BOOKED
        )
    )


def test_a_family_waits_moves_up_and_comes() -> None:
    ProjectionCase(PLACES).given(
        heard(given.waitlisted(), SESSION, 4),
        heard(given.promoted(), SESSION, 6),
        heard(given.came_with_a_place(party_size=3), SESSION, 7, at=CORRECTED),
    ).then(
        given.a_place(
            status="attended",
            turn=4,
            booked_at=None,
            waitlisted_at=given.BOOKED,
            promoted_at=given.BOOKED,
            people_came=3,
            recorded_at=CORRECTED,
        )
    )


def test_a_place_is_given_up() -> None:
    ProjectionCase(PLACES).given(
        heard(given.place_booked(), SESSION, 2),
        heard(given.place_cancelled(), SESSION, 5),
    ).then(given.a_place(status="cancelled", cancelled_at=given.BOOKED))


def test_who_had_a_place_and_did_not_come_missed_it() -> None:
    missed = given.missed(
        kind="group", appointment_id=None, referral_id=None, group_session_id=given.SESSION, place_id=given.PLACE
    )
    ProjectionCase(PLACES).given(
        heard(given.place_booked(), SESSION, 2),
        heard(missed, SESSION, 5),
    ).then(given.a_place(status="missed", people_came=0))


def test_who_came_without_a_place_has_no_place() -> None:
    ProjectionCase(PLACES).given(heard(given.came_with_a_place(place_id=None), SESSION, 5)).then()
