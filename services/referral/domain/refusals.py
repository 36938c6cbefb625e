"""What cannot be done with a referral, and why."""

from services.kit.errors import DomainError, Kind


class ReceivedInFuture(DomainError):
    """A referral cannot have been received in the future."""

    slug = "received-in-future"
    kind = Kind.INVALID


class ReceivedTooEarly(DomainError):
    """A referral cannot have been received before the year 2000."""

    slug = "received-too-early"
    kind = Kind.INVALID


class HappenedInFuture(DomainError):
    """This cannot have taken place in the future."""

    slug = "happened-in-future"
    kind = Kind.INVALID


class HappenedBeforeReceipt(DomainError):
    """This cannot have taken place before the referral was received."""

    slug = "happened-before-receipt"
    kind = Kind.INVALID


class UnknownReferral(DomainError):
    """There is no such referral in this network."""

    slug = "referral-unknown"
    kind = Kind.NOT_FOUND


class AlreadyReceived(DomainError):
    """This referral was already received."""

    slug = "referral-already-received"
    kind = Kind.REFUSED


class AlreadyTriaged(DomainError):
    """This referral was already triaged."""

    slug = "referral-already-triaged"
    kind = Kind.REFUSED


class NotTriaged(DomainError):
    """This referral has to be triaged first."""

    slug = "referral-not-triaged"
    kind = Kind.REFUSED


class AlreadyAccepted(DomainError):
    """This referral was already accepted."""

    slug = "referral-already-accepted"
    kind = Kind.REFUSED


class AlreadyRedirected(DomainError):
    """This referral was already redirected to another service."""

    slug = "referral-already-redirected"
    kind = Kind.REFUSED


class AlreadyWithdrawn(DomainError):
    """This referral was already withdrawn."""

    slug = "referral-already-withdrawn"
    kind = Kind.REFUSED


class AlreadyClosed(DomainError):
    """This referral was already closed."""

    slug = "referral-already-closed"
    kind = Kind.REFUSED


class NotYetDue(DomainError):
    """The day by which care should have begun is not over."""

    slug = "wait-not-yet-due"
    kind = Kind.REFUSED
