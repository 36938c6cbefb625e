"""What a page says after something was saved. The address carries only the key."""

_SOON = "-soon"
_NOT_YET = "Saved. This page will show it shortly: reload it in a moment."

_NOTICES = {
    "referral-received": "The referral has been received.",
    "details-changed": "The details have been changed.",
    "referral-triaged": "The referral has been triaged.",
    "referral-accepted": "The referral has been accepted.",
    "referral-redirected": "The family has been sent on to another service.",
    "referral-withdrawn": "The referral has been withdrawn.",
    "referral-closed": "The referral has been closed.",
    "flag-reviewed": "What came of the risk flag has been recorded.",
    "goal-set": "The goal has been recorded.",
    "goal-rated": "The rating has been recorded.",
    "restricted-saved": "This has been recorded.",
    "measure-recorded": "The questionnaire has been recorded.",
    "measure-corrected": "The questionnaire has been corrected.",
    "appointment-booked": "The appointment has been booked.",
    "appointment-moved": "The appointment has been moved.",
    "appointment-cancelled": "The appointment has been cancelled.",
    "attendance-recorded": "What became of the appointment has been recorded.",
    "attendance-corrected": "What became of the appointment has been corrected.",
    "session-scheduled": "The session is on the calendar.",
    "session-cancelled": "The session has been cancelled.",
    "session-held": "The register has been saved.",
    "place-asked-for": "Saved. The list below says whether the family has a place or waits for one.",
    "place-booked": "Your booking has been saved.",
    "place-cancelled": "The place has been given up.",
    "training-planned": "The training session has been planned.",
    "training-held": "The register of the training session has been saved.",
    "register-corrected": "The register has been corrected.",
    "community-input-logged": "What families contributed has been logged.",
    "consultation-logged": "The consultation has been logged.",
}


def notice_of(key: str | None) -> str | None:
    """The words for a key; None for none, and for one we never gave out."""
    if key is None:
        return None
    if key.endswith(_SOON) and key.removesuffix(_SOON) in _NOTICES:
        return _NOT_YET
    return _NOTICES.get(key)
