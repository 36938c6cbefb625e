"""What the portal hears: every public event, folded into its read models."""

import contracts
from contracts.event import PublicEvent
from services.portal.readmodels.appointments import APPOINTMENTS
from services.portal.readmodels.community_inputs import COMMUNITY_INPUTS
from services.portal.readmodels.consultations import CONSULTATIONS
from services.portal.readmodels.erased import ERASED
from services.portal.readmodels.evidence import EVIDENCE
from services.portal.readmodels.goals import GOALS
from services.portal.readmodels.group_sessions import GROUP_SESSIONS
from services.portal.readmodels.measures import MEASURES
from services.portal.readmodels.mha_periods import MHA_PERIODS
from services.portal.readmodels.pcns import PCNS
from services.portal.readmodels.people import PEOPLE
from services.portal.readmodels.places import PLACES
from services.portal.readmodels.referrals import REFERRALS
from services.portal.readmodels.referrals_made import REFERRALS_MADE
from services.portal.readmodels.risk_flags import RISK_FLAGS
from services.portal.readmodels.safeguarding import CONCERNS
from services.portal.readmodels.training_attendances import TRAINING_ATTENDANCES
from services.portal.readmodels.training_sessions import TRAINING_SESSIONS
from services.portal.readmodels.waits import WAITS

TOPICS = (
    "perinatal.referral.events",
    "perinatal.outcomes.events",
    "perinatal.outcomes.restricted",
    "perinatal.scheduling.events",
    "perinatal.training.events",
)

READ_MODELS = (
    PCNS,
    PEOPLE,
    ERASED,
    REFERRALS,
    REFERRALS_MADE,
    MEASURES,
    RISK_FLAGS,
    GOALS,
    CONCERNS,
    MHA_PERIODS,
    APPOINTMENTS,
    GROUP_SESSIONS,
    PLACES,
    WAITS,
    TRAINING_SESSIONS,
    TRAINING_ATTENDANCES,
    CONSULTATIONS,
    COMMUNITY_INPUTS,
    EVIDENCE,
)


def parse(ce_type: str, data: bytes) -> PublicEvent:
    """Raises contracts.UnknownType, pydantic.ValidationError."""
    return contracts.parse(ce_type, data)
