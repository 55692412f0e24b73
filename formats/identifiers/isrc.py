"""ISRC, International Standard Recording Code: a sound recording or music video (ISO 3901:2019).

Issued by IFPI through national agencies. Two letters, three letters or digits (together the prefix code, which since
2019 says nothing about a country), two digits of the year, five digits. No check digit.

>>> validate("ISRC US-RC1-76-07839")
'USRC17607839'
>>> validate("USRC1760783")
Traceback (most recent call last):
formats.identifiers.errors.WrongLength: USRC1760783
>>> format("AA6Q72000047")
'ISRC AA-6Q7-20-00047'
"""

import re

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongLength, WrongPrefix

# A gap must follow the label: ISRC12345678 is a recording with the prefix code ISRC1.
LABEL = text.label("ISRC", gap=r"[:\s]+")
SHAPE = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_PREFIX = re.compile(r"[A-Z]{2}[A-Z0-9]{3}")


def compact(value: str) -> str:
    """The 12 characters without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The 12 characters to store. Raises InvalidIdentifier."""
    number = compact(value)
    if len(number) != 12:
        raise WrongLength(value)
    if not _PREFIX.match(number):
        raise WrongPrefix(value)
    if not text.is_digits(number[5:]):
        raise WrongCharacter(value)
    if text.is_empty_body(number[2:]):
        raise Placeholder(value)
    return number


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: the word ISRC and four groups. Raises InvalidIdentifier."""
    number = validate(value)
    return f"ISRC {number[:2]}-{number[2:5]}-{number[5:7]}-{number[7:]}"
