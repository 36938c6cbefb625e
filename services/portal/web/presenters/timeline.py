"""One line of everything that happened around a family, universal and targeted, in the order in which it happened. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from services.portal.readmodels.appointments import AppointmentRow
from services.portal.readmodels.consultations import ConsultationRow
from services.portal.readmodels.goals import GoalRow
from services.portal.readmodels.group_sessions import GroupSessionRow
from services.portal.readmodels.measures import MeasureRow
from services.portal.readmodels.places import PlaceRow
from services.portal.readmodels.referrals import ReferralRow
from services.portal.readmodels.risk_flags import RiskFlagRow
from services.portal.readmodels.waits import PARTS, WaitRow
from services.portal.report.instruments import instrument
from services.portal.web.moments import LONDON, day_in_words, days_in_words, moment_in_words
from services.portal.web.presenters.joining import people_words
from services.portal.web.presenters.measures import value_of
from services.portal.web.presenters.referrals import status
from services.portal.web.words import word

KINDS = {
    "session": "Sessions",
    "contact": "Appointments",
    "referral": "Referrals",
    "wait": "Waiting clock",
    "consultation": "Consultations",
    "score": "Questionnaires",
    "flag": "Risk flags",
    "goal": "Goals",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. `path` is a page of it, under the network."""

    kind: str
    at: datetime
    when: str
    words: str
    detail: str | None = None
    path: str | None = None
    universal: bool = False


def in_order(entries: Iterable[Entry], kind: str) -> list[Entry]:
    """The latest first; of one kind where one is asked for."""
    kept = [entry for entry in entries if kind in ("", entry.kind)]
    return sorted(kept, key=lambda entry: (entry.at, entry.kind, entry.words), reverse=True)


def _moment(kind: str, at: datetime, words: str, **more: str | bool | None) -> Entry:
    return Entry(kind=kind, at=at, when=moment_in_words(at), words=words, **more)  # type: ignore[arg-type]


def _day(kind: str, day: date, words: str, **more: str | bool | None) -> Entry:
    """What is known by its day only stands at its beginning."""
    at = datetime.combine(day, time.min, LONDON)
    return Entry(kind=kind, at=at, when=day_in_words(day), words=words, **more)  # type: ignore[arg-type]


def of_referral(row: ReferralRow) -> Iterable[Entry]:
    path = f"/referrals/{row.referral_id}"
    if row.received_at:
        asked = f"Referral received from: {word('source_of_referral', row.source_of_referral)}"
        yield _moment("referral", row.received_at, asked, detail=word("primary_reason", row.primary_reason), path=path)
    if row.triaged_at:
        priority = word("clinical_response_priority", row.clinical_response_priority)
        yield _moment("referral", row.triaged_at, f"Triaged: {priority}", path=path)
    if row.accepted_at:
        yield _moment("referral", row.accepted_at, f"Accepted: {word('care_strand', row.care_strand)}", path=path)
    if row.ended_at:
        reasons = {"redirected": "redirection_reason", "withdrawn": "withdrawal_reason", "closed": "closing_reason"}
        why = word(reasons[row.status], row.end_reason)
        yield _moment("referral", row.ended_at, f"Referral: {status(row).words.lower()}", detail=why, path=path)


def of_wait(row: WaitRow) -> Iterable[Entry]:
    path = f"/referrals/{row.referral_id}"
    for part in PARTS:
        if part in row.parts_met:
            words = f"Waiting clock: {word('wait_part', part).lower()} is met"
            yield _moment("wait", row.parts_met[part], words, path=path)
    if row.breached_at:
        yield _moment("wait", row.breached_at, "Waiting clock: its day went by", path=path)
    if row.clock_stopped_at:
        words = f"Waiting clock stopped after {days_in_words(row.days or 0)}"
        yield _moment("wait", row.clock_stopped_at, words, detail=word("wait_stopped", row.why), path=path)


_CONTACTS = {"booked": "Appointment booked", "cancelled": "Appointment cancelled"}


def of_appointment(row: AppointmentRow) -> Iterable[Entry]:
    if row.starts_at is None:
        return
    said = word("attendance_status", row.attendance_status) if row.attendance_status else None
    words = _CONTACTS.get(row.status, "Appointment") + (f": {said}" if said and row.status not in _CONTACTS else "")
    how = word("consultation_mechanism", row.consultation_mechanism)
    done = ", ".join(word("activities", code) for code in row.activities)
    detail = ". ".join(filter(None, [how, done, said if row.status == "cancelled" else None]))
    yield _moment("contact", row.starts_at, words, detail=detail, path=f"/appointments/{row.appointment_id}")


_PLACES = {
    "booked": "a place is booked",
    "promoted": "a place is booked",
    "waitlisted": "waits for a place",
    "cancelled": "the place was given up",
    "attended": "came",
    "missed": "did not come",
}


def of_place(row: PlaceRow, sessions: Mapping[str, GroupSessionRow]) -> Iterable[Entry]:
    session = sessions.get(row.group_session_id)
    at = (session.starts_at if session else None) or row.booked_at or row.waitlisted_at
    if at is None:
        return
    title = word("session_type", session.session_type) if session else "Session"
    words = f"{title}: {_PLACES.get(row.status, row.status)}"
    count = row.people_came or row.party_size
    people = people_words(count) if count else None
    cancelled = "The session was cancelled" if session and session.status == "cancelled" else None
    path = f"/sessions/{row.group_session_id}"
    yield _moment("session", at, words, detail=cancelled or people, path=path, universal=True)


def of_consultation(row: ConsultationRow) -> Iterable[Entry]:
    words = f"Consultation with: {word('referring_professional_type', row.professional_type)}"
    yield _day("consultation", row.held_on, words, detail=f"{row.duration_minutes} minutes")


def of_measure(row: MeasureRow) -> Iterable[Entry]:
    values = [value_of(row, score) for score in row.scores]
    detail = ", ".join(f"{value.label} {value.words}" for value in values)
    path = f"/people/{row.person_id}/measures/{row.measure_id}"
    yield _day("score", row.completed_on, f"{instrument(row.instrument).short} filled in", detail=detail, path=path)


def of_flag(row: RiskFlagRow) -> Iterable[Entry]:
    path = f"/people/{row.person_id}/measures/{row.measure_id}"
    words = f"Risk flag: {instrument(row.instrument).short} question {row.item}"
    yield _moment("flag", row.flagged_at, words, path=path)
    if row.reviewed_at:
        outcome = word("risk_review_outcome", row.review_outcome)
        yield _moment("flag", row.reviewed_at, "Risk flag reviewed", detail=outcome, path=path)


def of_goal(row: GoalRow) -> Iterable[Entry]:
    if row.set_on:
        yield _day("goal", row.set_on, "Goal set")
    for rating in row.ratings:
        yield _day("goal", date.fromisoformat(rating["rated_on"]), f"Goal rated: {rating['rating']} of 10")
