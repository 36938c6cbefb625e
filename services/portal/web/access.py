"""Who may open which page."""

from services.kit.auth import Principal
from services.kit.http import Permissions

EVERYBODY = frozenset({"referrer", "clinician", "coordinator", "training-lead", "operator", "importer"})

_TABLE = {
    "page:home": EVERYBODY,
    "page:refer": frozenset({"referrer", "clinician", "coordinator"}),
    "page:referral": frozenset({"referrer", "clinician", "coordinator"}),
    "page:triage-list": frozenset({"clinician", "coordinator"}),
    "page:triage": frozenset({"clinician"}),
    "page:waiting-list": frozenset({"clinician", "coordinator"}),
    "page:person": frozenset({"clinician", "coordinator"}),
    "page:person-details": frozenset({"clinician", "coordinator"}),
    "page:referrals-made": frozenset({"referrer", "clinician", "coordinator"}),
    "page:measures": frozenset({"clinician"}),
    "page:diary": frozenset({"clinician", "coordinator"}),
    "page:appointments": frozenset({"clinician", "coordinator"}),
    "page:attendance": frozenset({"clinician"}),
    "page:book-place": frozenset({"referrer", "clinician", "coordinator"}),
    "page:sessions": frozenset({"clinician", "coordinator"}),
    "page:withdraw": frozenset({"clinician", "coordinator"}),
    "page:end-referral": frozenset({"clinician"}),
    "page:restricted": frozenset({"clinician"}),
    "page:operations": frozenset({"operator", "coordinator"}),
    "page:training": frozenset({"clinician", "coordinator", "training-lead"}),
    "page:training-plan": frozenset({"coordinator", "training-lead"}),
    "page:community": frozenset({"clinician", "coordinator", "training-lead"}),
    "page:consultations": frozenset({"clinician", "coordinator", "training-lead"}),
    "page:report": frozenset({"clinician", "coordinator"}),
    "page:access-log": frozenset({"coordinator"}),
}

permit = Permissions(_TABLE)


_PURPOSES = {
    "clinician": "direct-care",
    "coordinator": "coordination",
    "referrer": "referral",
    "training-lead": "training",
}


def purpose_of(principal: Principal) -> str:
    """What somebody reads for, by what they are here for."""
    return next((purpose for role, purpose in _PURPOSES.items() if role in principal.roles), "administration")


def may(principal: Principal, permission: str) -> bool:
    """Whether a link to such a page is worth showing; the page itself checks again."""
    return not principal.roles.isdisjoint(_TABLE[permission])
