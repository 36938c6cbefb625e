"""The NHS number's own check: ten digits of which the last is a modulus-11 check digit; and the status of a number."""

from services.kit.errors import DomainError, Kind

PRESENT_NOT_TRACED = "02"
TRACE_REQUIRED = "03"
NOT_PRESENT_TRACE_NOT_REQUIRED = "07"
# People these reasons speak of have no number in England to look for.
_NO_NUMBER_TO_TRACE = frozenset({"overseas-patient", "devolved-nation"})

_WEIGHTS = range(10, 1, -1)
_SEPARATORS = str.maketrans("", "", " -")


class InvalidNhsNumber(DomainError):
    """This is not an NHS number: please check its ten digits."""

    slug = "nhs-number-invalid"
    kind = Kind.INVALID


def parse_nhs_number(text: str) -> str:
    """Ten digits, spaces and hyphens gone. Raises InvalidNhsNumber.

    One digit ten times (such as 9999999999) is refused although the check digit of some is right: nobody has it.
    """
    digits = text.translate(_SEPARATORS)
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()) or len(set(digits)) == 1:
        raise InvalidNhsNumber(field="nhs_number")
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    # A remainder of 1 would need the check digit 10, which cannot be written: such numbers are never issued.
    if (11 - total % 11) % 11 != int(digits[9]):
        raise InvalidNhsNumber(field="nhs_number")
    return digits


def nhs_number_status(missing_reason: str | None) -> str:
    """UK Core status code of a number that was given to us but not yet traced, or of its absence."""
    if missing_reason is None:
        return PRESENT_NOT_TRACED
    return NOT_PRESENT_TRACE_NOT_REQUIRED if missing_reason in _NO_NUMBER_TO_TRACE else TRACE_REQUIRED
