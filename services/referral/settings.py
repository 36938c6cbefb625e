"""What the referral service is told besides what every service is told."""

from services.kit.settings import StoreSettings


class ReferralSettings(StoreSettings):
    """`breach_check_seconds`: how often the waiting lists are looked through for a day that went by.

    `breach_grace_seconds`: how long a referral has to be known before it is called late.
    """

    breach_check_seconds: float = 60.0
    breach_grace_seconds: float = 600.0
