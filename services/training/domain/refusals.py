"""Why a training session may not be planned, or its register not taken. Each slug is part of the API."""

from services.kit.errors import DomainError, Kind


class EndBeforeStart(DomainError):
    """A training session ends after it starts."""

    slug = "end-before-start"
    kind = Kind.INVALID


class TimesOutOfRange(DomainError):
    """A training session is between the year 2000 and ten years from now."""

    slug = "training-session-times-out-of-range"
    kind = Kind.INVALID


class ObjectivesMissing(DomainError):
    """A training session has at least one objective."""

    slug = "objectives-missing"
    kind = Kind.INVALID


class ObjectiveRepeated(DomainError):
    """An objective is named once."""

    slug = "objective-repeated"
    kind = Kind.INVALID


class AlreadyScheduled(DomainError):
    """This training session was already planned."""

    slug = "training-session-already-scheduled"
    kind = Kind.REFUSED


class SessionUnknown(DomainError):
    """There is no such training session in this network."""

    slug = "training-session-unknown"
    kind = Kind.NOT_FOUND


class NotBegun(DomainError):
    """This training session has not begun yet."""

    slug = "training-session-not-begun"
    kind = Kind.REFUSED


class AlreadyHeld(DomainError):
    """The register of this training session was already taken."""

    slug = "training-session-already-held"
    kind = Kind.REFUSED


class NotHeld(DomainError):
    """The register of this training session was not taken yet."""

    slug = "training-session-not-held"
    kind = Kind.REFUSED


class AttendeesMissing(DomainError):
    """Enter at least one professional who attended."""

    slug = "attendees-missing"
    kind = Kind.INVALID


class AttendeeRepeated(DomainError):
    """The same professional is in the register twice."""

    slug = "attendee-repeated"
    kind = Kind.INVALID


class ObjectiveNotOfSession(DomainError):
    """This is not one of the objectives of the training session."""

    slug = "objective-not-of-session"
    kind = Kind.INVALID


class ConfidenceUnanswered(DomainError):
    """Give the answer before, the answer after, or both."""

    slug = "confidence-unanswered"
    kind = Kind.INVALID


class RatingOutOfScale(DomainError):
    """This answer is not on the scale of the training session."""

    slug = "rating-out-of-scale"
    kind = Kind.INVALID
