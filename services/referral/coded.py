"""Which list each coded field of a command is held to."""

from collections.abc import Mapping
from typing import TypeAlias

from services.kit.code_lists import CodeLists
from services.referral.domain.commands import (
    AcceptReferral,
    CloseReferral,
    EndCommand,
    RedirectReferral,
    ReferralRequest,
    TriageReferral,
    WithdrawReferral,
)
from services.referral.domain.details import ChangePersonDetails
from services.referral.domain.person import ErasePerson, RegisterPerson

PersonFacts: TypeAlias = RegisterPerson | ChangePersonDetails
CodedCommand: TypeAlias = PersonFacts | ErasePerson | ReferralRequest | TriageReferral | AcceptReferral | EndCommand


def _same(*fields: str) -> Mapping[str, str]:
    return {field: field for field in fields}


_OF_PERSON = {
    **_same("ethnic_category", "preferred_language", "perinatal_stage", "contact_preference"),
    "access_needs": "access_need",
}

CODED_FIELDS: Mapping[type[CodedCommand], Mapping[str, str]] = {
    RegisterPerson: {**_OF_PERSON, **_same("nhs_number_missing_reason")},
    ChangePersonDetails: _OF_PERSON,
    ErasePerson: {"reason": "erasure_reason"},
    ReferralRequest: _same("source_of_referral", "primary_reason", "referring_professional_type"),
    TriageReferral: _same("clinical_response_priority"),
    AcceptReferral: _same("care_strand"),
    RedirectReferral: {"reason": "redirection_reason", **_same("redirected_to")},
    WithdrawReferral: {"reason": "withdrawal_reason", **_same("withdrawn_by")},
    CloseReferral: {"reason": "closing_reason"},
}
"""The list each coded field of a command is held to."""


def require_codes(code_lists: CodeLists, command: CodedCommand) -> None:
    """Raises UnknownCode, naming the field."""
    for field, name in CODED_FIELDS[type(command)].items():
        given = getattr(command, field)
        for code in given if isinstance(given, tuple) else (given,):
            code_lists.require(name, code, field=field)
