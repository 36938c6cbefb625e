"""What is known of a person: what it can be, and how it changes. Nothing given never takes the place of something known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

from services.kit.errors import DomainError, Kind
from services.referral.domain.calendar import age_band
from services.referral.domain.contact import parse_email, parse_postcode, parse_telephone
from services.referral.domain.nhs_number import nhs_number_status, parse_nhs_number

ANTENATAL = "antenatal"
_FARTHEST_DELIVERY = timedelta(weeks=43)
"""Forty weeks from the first day anybody counts from, and room for a date that was reckoned a little wrongly."""
_LONGEST_OVERDUE = timedelta(weeks=5)


class BornInFuture(DomainError):
    """A birth date cannot be in the future."""

    slug = "birth-date-in-future"
    kind = Kind.INVALID


class DecileOutOfRange(DomainError):
    """The deprivation decile goes from 1, the most deprived, to 10."""

    slug = "imd-decile-out-of-range"
    kind = Kind.INVALID


class DeliveryDateImpossible(DomainError):
    """This expected date of birth cannot be: it is more than ten months ahead, or it was weeks ago and the baby is not born."""

    slug = "delivery-date-impossible"
    kind = Kind.INVALID


class DetailNotRemovable(DomainError):
    """This cannot be removed: it can only be changed."""

    slug = "detail-not-removable"
    kind = Kind.INVALID


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What may be told of a person, and need not be. `access_needs` are codes, in order."""

    full_name: str | None = None
    nhs_number: str | None = None
    birth_date: date | None = None
    postcode: str | None = None
    postal_address: str | None = None
    telephone: str | None = None
    email: str | None = None
    contact_preference: str | None = None
    access_needs: tuple[str, ...] | None = None
    access_note: str | None = None
    external_reference: str | None = None
    practice_ods_code: str | None = None
    imd_decile: int | None = None
    perinatal_stage: str | None = None
    estimated_delivery_date: date | None = None
    infant_birth_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details(Told):
    """All that is known of a person. None: not known, or erased."""

    nhs_number_missing_reason: str | None = None
    ethnic_category: str
    preferred_language: str
    interpreter_required: bool


NAMES = tuple(field.name for field in fields(Details))
REMOVABLE = frozenset(field.name for field in fields(Details) if field.default is None) - {
    "full_name",
    "nhs_number",
    "nhs_number_missing_reason",
}
"""What may become unknown again, when somebody says so by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePersonDetails(Told):
    """Change what is known of a person. None leaves a detail as it is; `remove` names those that no longer hold.

    `seen_revision`: which revision whoever changes them had before them; None: it does not matter.
    """

    person_id: str
    ethnic_category: str | None = None
    preferred_language: str | None = None
    interpreter_required: bool | None = None
    remove: tuple[str, ...] = ()
    seen_revision: int | None = None


def details_of(told: Any) -> Details:
    """The details an event or a registration holds."""
    return Details(**{name: getattr(told, name) for name in NAMES})


def kept(told: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What was told, as it is kept; each that cannot be is refused by its name.

    Raises BornInFuture, DecileOutOfRange, InvalidTelephone, InvalidEmail, InvalidPostcode, InvalidNhsNumber.
    """
    for name in ("birth_date", "infant_birth_date"):
        if told.get(name) is not None and told[name] > today:
            raise BornInFuture(field=name)
    if told.get("imd_decile") is not None and not 1 <= told["imd_decile"] <= 10:
        raise DecileOutOfRange(field="imd_decile")
    return {name: _as_kept(name, value) for name, value in told.items()}


def _in_order(codes: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(sorted(set(codes))) or None


_KEPT: Mapping[str, Callable[[Any], Any]] = {
    "nhs_number": parse_nhs_number,
    "postcode": parse_postcode,
    "telephone": parse_telephone,
    "email": parse_email,
    "access_needs": _in_order,
}


def _as_kept(name: str, value: Any) -> Any:
    return value if value is None or name not in _KEPT else _KEPT[name](value)


def require_delivery_date(details: Details, today: date) -> None:
    """Raises DeliveryDateImpossible."""
    day = details.estimated_delivery_date
    if day is None:
        return
    long_past = details.perinatal_stage == ANTENATAL and day < today - _LONGEST_OVERDUE
    if day > today + _FARTHEST_DELIVERY or long_past:
        raise DeliveryDateImpossible(field="estimated_delivery_date")


def changed(command: ChangePersonDetails, known: Details, today: date) -> Details:
    """The details after the change. Raises DetailNotRemovable, DeliveryDateImpossible and what `kept` raises."""
    if not REMOVABLE.issuperset(command.remove):
        raise DetailNotRemovable(field="remove")
    told = kept({name: getattr(command, name, None) for name in NAMES}, today)
    given = {name: value for name, value in told.items() if value is not None}
    if "nhs_number" in given:
        given["nhs_number_missing_reason"] = None
    after = replace(known, **{**dict.fromkeys(command.remove), **given})
    if after.estimated_delivery_date != known.estimated_delivery_date:
        require_delivery_date(after, today)
    return after


def differences(before: Details, after: Details) -> tuple[str, ...]:
    """The names of what is different, in order."""
    return tuple(name for name in NAMES if getattr(before, name) != getattr(after, name))


def facts_of(details: Details, today: date) -> dict[str, Any]:
    """What an event says of a person: the details, and what follows from them."""
    return {
        **{name: getattr(details, name) for name in NAMES},
        "nhs_number_status": nhs_number_status(details.nhs_number_missing_reason),
        "age_band": age_band(details.birth_date, today),
    }
