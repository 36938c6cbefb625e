"""Why something may not be recorded here. Each name is stable: its slug is part of the API."""

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


class FlagUnknown(DomainError):
    """This person has no such risk flag."""

    slug = "risk-flag-unknown"
    kind = Kind.NOT_FOUND


class FlagAlreadyReviewed(DomainError):
    """This risk flag was already reviewed."""

    slug = "risk-flag-already-reviewed"
    kind = Kind.REFUSED


class GoalUnknown(DomainError):
    """This person has no such goal."""

    slug = "goal-unknown"
    kind = Kind.NOT_FOUND


class RatingOutOfRange(DomainError):
    """A goal is rated from 0 to 10."""

    slug = "rating-out-of-range"
    kind = Kind.INVALID


class RatedBeforeSet(DomainError):
    """A goal cannot have been rated before it was set."""

    slug = "rated-before-set"
    kind = Kind.INVALID


class DayInFuture(DomainError):
    """This cannot have happened after today."""

    slug = "day-in-future"
    kind = Kind.INVALID


class DayTooEarly(DomainError):
    """This cannot have happened before the year 2000."""

    slug = "day-too-early"
    kind = Kind.INVALID


class EndBeforeStart(DomainError):
    """The end cannot be before the start."""

    slug = "end-before-start"
    kind = Kind.INVALID


class ConcernUnknown(DomainError):
    """This person has no such safeguarding concern."""

    slug = "concern-unknown"
    kind = Kind.NOT_FOUND


class ConcernClosed(DomainError):
    """This safeguarding concern is closed: what is new is a new concern."""

    slug = "concern-closed"
    kind = Kind.REFUSED


class BeforeLastChange(DomainError):
    """This cannot have happened before the level was last set."""

    slug = "before-last-change"
    kind = Kind.INVALID


class PeriodUnknown(DomainError):
    """This person has no such Mental Health Act period."""

    slug = "mha-period-unknown"
    kind = Kind.NOT_FOUND


class PeriodEnded(DomainError):
    """This Mental Health Act period has already ended."""

    slug = "mha-period-ended"
    kind = Kind.REFUSED


class PeriodOpen(DomainError):
    """Another Mental Health Act period has not ended: end it first, on the same day if one follows the other."""

    slug = "mha-period-open"
    kind = Kind.REFUSED


class PeriodsOverlap(DomainError):
    """Two Mental Health Act periods cannot hold on the same days."""

    slug = "mha-periods-overlap"
    kind = Kind.REFUSED
