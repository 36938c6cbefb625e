"""Why something cannot be done with a group session. Each name is stable: its slug is part of the API."""

from services.kit.errors import DomainError, Kind


class SessionUnknown(DomainError):
    """There is no such session in this network."""

    slug = "session-unknown"
    kind = Kind.NOT_FOUND


class SessionAlreadyScheduled(DomainError):
    """This session is already on the calendar."""

    slug = "session-already-scheduled"
    kind = Kind.REFUSED


class SessionWasCancelled(DomainError):
    """This session was cancelled."""

    slug = "session-cancelled"
    kind = Kind.REFUSED


class SessionAlreadyHeld(DomainError):
    """This session has taken place and its register is complete."""

    slug = "session-already-held"
    kind = Kind.REFUSED


class SessionStarted(DomainError):
    """This session has begun: whoever comes now is put on its register."""

    slug = "session-started"
    kind = Kind.REFUSED


class SessionNotStarted(DomainError):
    """This session has not begun yet."""

    slug = "session-not-started"
    kind = Kind.REFUSED


class SessionNotOpen(DomainError):
    """This session is by invitation. Please ask us for a place."""

    slug = "session-not-open"
    kind = Kind.REFUSED


class CapacityInvalid(DomainError):
    """A session has room for 1 to 999 people."""

    slug = "capacity-invalid"
    kind = Kind.INVALID


class PartySizeInvalid(DomainError):
    """A party is at least one person."""

    slug = "party-size-invalid"
    kind = Kind.INVALID


class PartyTooLarge(DomainError):
    """There is not room for so many people at this session, even when it is empty."""

    slug = "party-too-large"
    kind = Kind.REFUSED


class PlaceAlreadyBooked(DomainError):
    """This person already has or waits for a place at this session."""

    slug = "place-already-booked"
    kind = Kind.REFUSED


class PlaceUnknown(DomainError):
    """There is no such place at this session."""

    slug = "place-unknown"
    kind = Kind.NOT_FOUND


class PlaceWasCancelled(DomainError):
    """This place was given up. Put a party that came all the same down as one without a place."""

    slug = "place-cancelled"
    kind = Kind.REFUSED


class PlaceRepeated(DomainError):
    """A place is on the register twice."""

    slug = "place-repeated"
    kind = Kind.INVALID


class RegisterTooLong(DomainError):
    """A register holds at most 999 people."""

    slug = "register-too-long"
    kind = Kind.INVALID
