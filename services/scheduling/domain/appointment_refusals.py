"""Why something cannot be done with an appointment. Each name is stable: its slug is part of the API."""

from services.kit.errors import DomainError, Kind


class AppointmentUnknown(DomainError):
    """There is no such appointment in this network."""

    slug = "appointment-unknown"
    kind = Kind.NOT_FOUND


class AlreadyBooked(DomainError):
    """This appointment was already booked."""

    slug = "appointment-already-booked"
    kind = Kind.REFUSED


class WasCancelled(DomainError):
    """This appointment was cancelled."""

    slug = "appointment-cancelled"
    kind = Kind.REFUSED


class AlreadyOutcomed(DomainError):
    """What became of this appointment was already recorded: correct it instead."""

    slug = "appointment-already-outcomed"
    kind = Kind.REFUSED


class NotOutcomed(DomainError):
    """There is nothing to correct yet: record what became of the appointment first."""

    slug = "appointment-not-outcomed"
    kind = Kind.REFUSED


class OutcomeBeforeStart(DomainError):
    """Nobody can say what became of an appointment before it starts."""

    slug = "outcome-before-start"
    kind = Kind.REFUSED


class NobodySeen(DomainError):
    """What was done, and who else was there, belongs to an appointment that was attended."""

    slug = "nobody-seen"
    kind = Kind.INVALID
