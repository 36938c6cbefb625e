"""The scheduling service's part of the story behind the examples."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from deploy.cli.example_log import ExampleLog
from services.kit.tenancy import TenantId
from services.scheduling.domain import appointment, diary, person, session
from services.scheduling.domain.appointment_events import Arrangement, Move, Slot, SlotClaimed
from services.scheduling.domain.attendance import Report
from services.scheduling.domain.events import STORED_NAMES
from services.scheduling.domain.register import Arrival, DropIn, Register
from services.scheduling.domain.session_commands import (
    BookPlace,
    CancelPlace,
    CancelSession,
    HoldSession,
    Plan,
    ScheduleSession,
)
from services.scheduling.outgoing import PUBLISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingStory:
    """Told day by day into `log`."""

    log: ExampleLog
    began: datetime
    person_id: str
    note: str

    def tell(self) -> None:
        known = person.NotePerson(person_id=self.person_id, registered_at=self._day(1))
        self.log.decide(person.stream_of(self.person_id), person, known, at=self._day(1))
        self._claim("first", 20, told=4, purpose=_arrangement())
        self._claim("first", 21, told=5, purpose=Move(rescheduled_by="patient"))
        self._outcome("first", 21, Report(attendance_status="5", activities=("assessment",), note=self.note))
        self._claim("second", 35, told=21, purpose=_arrangement())
        self._outcome("second", 35, Report(attendance_status="3"))
        self._claim("third", 49, told=35, purpose=_arrangement())
        cancel = appointment.CancelAppointment(
            appointment_id=_id("appointment-third"), cancelled_by="provider", note=self.note
        )
        self._decide_appointment(cancel, at=self._day(40))
        self._group_session()

    def _day(self, number: int) -> datetime:
        return self.began + timedelta(days=number)

    def _claim(self, name: str, day: int, *, told: int, purpose: Arrangement | Move) -> None:
        """On day `told` an appointment is booked for, or moved to, another day: first the diary, then the appointment."""
        starts_at = self._day(day)
        slot_id = _id(f"slot-{name}-{day}")
        claim = diary.ClaimSlot(
            clinician_id="clinician",
            appointment_id=_id(f"appointment-{name}"),
            person_id=self.person_id,
            slot=Slot(slot_id=slot_id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=50)),
            purpose=purpose,
            override_reason=None,
            command_id=slot_id,
        )
        self.log.decide(claim.stream, diary, claim, at=self._day(told))
        claimed: SlotClaimed = self.log.recorded[-1].event
        match purpose:
            case Arrangement() as arrangement:
                self._decide_appointment(
                    appointment.BookAppointment(claimed=claimed, arrangement=arrangement), at=self._day(told)
                )
            case Move() as move:
                self._decide_appointment(
                    appointment.RescheduleAppointment(claimed=claimed, move=move), at=self._day(told)
                )

    def _outcome(self, name: str, day: int, report: Report) -> None:
        command = appointment.RecordOutcome(appointment_id=_id(f"appointment-{name}"), report=report)
        self._decide_appointment(command, at=self._day(day) + timedelta(hours=1))

    def _decide_appointment(self, command: appointment.AppointmentCommand, *, at: datetime) -> None:
        self.log.decide(appointment.stream_of(command.appointment_id), appointment, command, at=at)

    def _group_session(self) -> None:
        """Room for four: a couple, somebody who waits and is promoted, a couple that drops in; and a session that falls through."""
        held, fallen = _id("session-held"), _id("session-fallen-through")
        couple, family, other = (_id(f"place-{name}") for name in ("couple", "family", "other"))
        commands = (
            (2, _plan(held, self._day(14))),
            (3, BookPlace(group_session_id=held, place_id=couple, party_size=2, person_id=self.person_id)),
            (4, BookPlace(group_session_id=held, place_id=other, party_size=2)),
            (5, BookPlace(group_session_id=held, place_id=family, party_size=1)),
            (6, CancelPlace(group_session_id=held, place_id=other)),
            (14.1, HoldSession(group_session_id=held, register=_register(couple))),
            (15, _plan(fallen, self._day(28))),
            (20, CancelSession(group_session_id=fallen, reason="venue_unavailable")),
        )
        for day, command in commands:
            at = self.began + timedelta(days=day)
            self.log.decide(session.stream_of(command.group_session_id), session, command, at=at)


def scheduling_story(tenant: TenantId, *, began: datetime, person: str, note: str) -> ExampleLog:
    """Appointments are booked, moved, attended, missed and cancelled; a group session fills up and is held."""
    log = ExampleLog(service="scheduling", tenant=tenant, names=STORED_NAMES, published=PUBLISHED)
    SchedulingStory(log=log, began=began, person_id=person, note=note).tell()
    return log


def _id(thing: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"perinatal/example/{thing}"))


def _arrangement() -> Arrangement:
    return Arrangement(
        referral_id=_id("referral"),
        consultation_mechanism="01",
        activity_location_type="C01",
        site_ods_code="Y99001",
        interpreter_required=True,
    )


def _plan(group_session_id: str, starts_at: datetime) -> ScheduleSession:
    plan = Plan(
        session_type="antenatal",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        capacity=4,
        consultation_mechanism="01",
        language="en",
        open_to_all=True,
        site_ods_code="Y99001",
        activity_location_type="K01",
    )
    return ScheduleSession(group_session_id=group_session_id, plan=plan)


def _register(place_id: str) -> Register:
    return Register(attended=(Arrival(place_id=place_id, people=2),), drop_ins=(DropIn(people=2),), language="en")
