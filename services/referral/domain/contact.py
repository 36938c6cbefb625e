"""How somebody can be reached: written in one way, and refused by name where it cannot be what it should be."""

import re

from services.kit.errors import DomainError, Kind

_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?|GIR)([0-9][A-Z]{2})")
_EMAIL = re.compile(r"[^@\s<>\"']+@[^@\s<>\"'.]+(\.[^@\s<>\"'.]+)+")
_TELEPHONE = re.compile(r"\+?[0-9 ().-]+(\s*(ext\.?|x)\s*[0-9]{1,6})?", re.IGNORECASE)
_FEWEST_DIGITS, _MOST_DIGITS = 7, 21
"""An international number has up to fifteen digits, an extension up to six."""
_LONGEST_EMAIL = 254


class InvalidTelephone(DomainError):
    """This is not a telephone number: write it in digits, like 01632 960001."""

    slug = "telephone-invalid"
    kind = Kind.INVALID


class InvalidEmail(DomainError):
    """This is not an email address: write it like name@example.org."""

    slug = "email-invalid"
    kind = Kind.INVALID


class InvalidPostcode(DomainError):
    """This is not a postcode of the United Kingdom: write it like SW1A 2AA, or leave it empty."""

    slug = "postcode-invalid"
    kind = Kind.INVALID


def parse_telephone(text: str) -> str:
    """The number as it was written, single spaces between its parts. Raises InvalidTelephone."""
    number = " ".join(text.split())
    digits = sum(character.isdigit() for character in number)
    if _TELEPHONE.fullmatch(number) is None or not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        raise InvalidTelephone(field="telephone")
    return number


def parse_email(text: str) -> str:
    """The address as it was written: only a letter sent to it would tell whether it exists. Raises InvalidEmail."""
    if len(text) > _LONGEST_EMAIL or _EMAIL.fullmatch(text) is None:
        raise InvalidEmail(field="email")
    return text


def parse_postcode(text: str) -> str:
    """In capitals with one space before the last three characters. Raises InvalidPostcode."""
    found = _POSTCODE.fullmatch("".join(text.split()).upper())
    if found is None:
        raise InvalidPostcode(field="postcode")
    return f"{found[1]} {found[2]}"
