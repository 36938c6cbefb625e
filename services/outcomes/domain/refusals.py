"""Why a measure may not be recorded or corrected. Each name is stable: its slug is part of the API."""

from services.kit.errors import DomainError, Kind


class PersonUnknown(DomainError):
    """This person is not known here. A newly registered person is known after a moment."""

    slug = "person-unknown"
    kind = Kind.NOT_FOUND


class MeasureUnknown(DomainError):
    """This person has no such measure."""

    slug = "measure-unknown"
    kind = Kind.NOT_FOUND


class AlreadyRecorded(DomainError):
    """This measure was already recorded for that day with other answers: correct it instead."""

    slug = "measure-already-recorded"
    kind = Kind.REFUSED


class NothingAnswered(DomainError):
    """No item was answered."""

    slug = "measure-unanswered"
    kind = Kind.INVALID


class CompletedInFuture(DomainError):
    """A measure cannot have been completed after today."""

    slug = "completed-in-future"
    kind = Kind.INVALID


class CompletedTooEarly(DomainError):
    """A measure cannot have been completed before the year 2000."""

    slug = "completed-too-early"
    kind = Kind.INVALID


class OtherInstrument(DomainError):
    """A correction cannot turn a measure into one of another instrument."""

    slug = "instrument-differs"
    kind = Kind.REFUSED
