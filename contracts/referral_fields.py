"""What fields of the referral service's public events mean, where several events have them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from contracts.fields import Code, Id

PersonId = Annotated[Id, Field(description="Pseudonymous id of the person.")]
ReferralId = Annotated[Id, Field(description="Id of the referral.")]
SpellId = Annotated[Id, Field(description="Id of the spell the clock belongs to: the id of its referral.")]
DueOn = Annotated[date, Field(description="Day by which care should have begun, by the network's own threshold.")]
RuleVersion = Annotated[Code, Field(description="Which version of the waiting rule this was counted by.")]
MissingParts = Annotated[
    list[Code],
    Field(
        description="Parts of the rule not met so far, of first_contact, baseline_measure, assessment and "
        "plan_or_intervention. Open for readers."
    ),
]
PracticeCode = Annotated[Code | None, Field(description="ODS code of the person's practice; null: not known.")]
NhsNumberStatus = Annotated[
    Code,
    Field(
        description="NHS Data Dictionary NHS number status indicator, 01 to 08; the number itself is never published. "
        "Open for readers."
    ),
]
EthnicCategory = Annotated[
    Code, Field(description="2001 ethnic category, A to S; Z not stated, 99 not known. Open for readers.")
]
PreferredLanguage = Annotated[Code, Field(description="Code of the language preferred. Open for readers.")]
InterpreterRequired = Annotated[bool, Field(description="Whether an interpreter is needed.")]
ImdDecile = Annotated[
    int | None,
    Field(ge=1, le=10, description="Index of Multiple Deprivation, 1 the most deprived tenth; null: not known."),
]
AgeBand = Annotated[Code, Field(description="Age in years, in bands, at the time of the event. Open for readers.")]
PerinatalStage = Annotated[
    Code | None,
    Field(
        description="preconception, antenatal or postnatal, at the time of the event; null: not known. "
        "Open for readers."
    ),
]
