"""What the portal hears: every public event, folded into its read models."""

import contracts
from contracts.event import PublicEvent
from services.portal.readmodels.measures import MEASURES
from services.portal.readmodels.pcns import PCNS
from services.portal.readmodels.people import PEOPLE
from services.portal.readmodels.referrals import REFERRALS
from services.portal.readmodels.risk_flags import RISK_FLAGS

TOPICS = ("perinatal.referral.events", "perinatal.outcomes.events")

READ_MODELS = (PCNS, PEOPLE, REFERRALS, MEASURES, RISK_FLAGS)


def parse(ce_type: str, data: bytes) -> PublicEvent:
    """Raises contracts.UnknownType, pydantic.ValidationError."""
    return contracts.parse(ce_type, data)
