"""One of every stored event."""

from services.scheduling.domain.events import Event
from tests.unit.scheduling.scenarios import (
    attended,
    booked,
    cancelled,
    claimed,
    dropped_in,
    erased,
    held,
    known,
    missed,
    place_attended,
    place_booked,
    place_cancelled,
    place_missed,
    promoted,
    released,
    rescheduled,
    scheduled,
    session_cancelled,
    waitlisted,
)

PLACE = "6b9d4f38-6666-4c1e-8b9e-8290e2bcac18"

FACTS: dict[str, Event] = {
    "person-known.v1": known(),
    "person-erased.v1": erased(),
    "slot-claimed.v1": claimed(overridden=True, override_reason="A joint visit."),
    "slot-released.v1": released(),
    "appointment-booked.v1": booked(overridden=True, override_reason="A joint visit."),
    "appointment-rescheduled.v1": rescheduled(overridden=True, override_reason="A joint visit."),
    "appointment-cancelled.v1": cancelled(note="Has a cold.", supersedes_version=2, correction_reason="other"),
    "appointment-attended.v1": attended(
        activities=("assessment", "care_plan"),
        others_present=("other_parent", "infant"),
        interpreter_present=True,
        partner_assessment_offered=False,
        note="Tearful.",
        supersedes_version=2,
        correction_reason="other",
    ),
    "appointment-missed.v1": missed(note="Rang twice.", supersedes_version=2, correction_reason="other"),
    "session-scheduled.v1": scheduled(),
    "session-cancelled.v1": session_cancelled(),
    "place-booked.v1": place_booked(PLACE),
    "place-waitlisted.v1": waitlisted(PLACE),
    "place-promoted.v1": promoted(PLACE),
    "place-cancelled.v1": place_cancelled(PLACE),
    "place-attended.v1": place_attended(PLACE),
    "place-missed.v1": place_missed(PLACE),
    "drop-in-attended.v1": dropped_in(PLACE),
    "session-held.v1": held(),
}
