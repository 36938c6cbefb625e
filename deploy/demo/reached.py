"""How a synthetic family is reached and what it needs from us. Numbers and addresses are of the ranges nobody is ever given."""

from typing import Any

from deploy.demo.chance import Chance

_PREFERENCES = {"9": 58, "3": 24, "4": 10, "1": 4, "6": 2, "8": 2}
_NEEDS = {
    "brings_children": 30,
    "longer_time": 16,
    "seen_by_a_woman": 14,
    "reading_help": 10,
    "easy_read": 7,
    "step_free": 7,
    "seen_at_home": 7,
    "quiet_place": 6,
    "advocate": 5,
    "large_print": 3,
    "hearing_loop": 2,
    "sign_language": 1,
}


def reached(chance: Chance) -> dict[str, Any]:
    """The telephone number of nearly everybody, how most wish to be reached, what about one in four needs.

    07700 900000 to 900999 are kept free for stories (Ofcom), example.org for examples (RFC 2606).
    """
    known: dict[str, Any] = {}
    if chance.happens(0.94):
        known["telephone"] = f"07700 900{chance.randrange(1000):03d}"
    if chance.happens(0.5):
        known["email"] = f"family{chance.randrange(10**6):06d}@example.org"
    if "telephone" in known and chance.happens(0.8):
        known["contact_preference"] = chance.one(_PREFERENCES)
    if chance.happens(0.26):
        known["access_needs"] = sorted({chance.one(_NEEDS) for _ in range(chance.randint(1, 2))})
    return known
