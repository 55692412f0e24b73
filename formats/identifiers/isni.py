"""ISNI, International Standard Name Identifier: a public identity of a person or organisation (ISO 27729).

Issued by the ISNI International Agency. 16 characters: 15 digits and a check character (ISO 7064 MOD 11-2, X for 10).
A valid number may have been merged into another one; whether it is current is for the agency to say.

>>> validate("https://isni.org/isni/000000012281955X")
'000000012281955X'
>>> validate("0000 0001 2170 7485")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: 0000 0001 2170 7485
>>> format("000000012281955x")
'ISNI 0000 0001 2281 955X'
"""

import re

from stdnum import isni

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongLength, translated

LABEL = text.label("ISNI", "isni.org/isni", "isni.org", "isni-url.oclc.nl/isni")
SHAPE = re.compile(r"\d{15}[\dX]", re.ASCII)


def compact(value: str) -> str:
    """The 16 characters without label, spaces and hyphens; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The 16 characters to store. Raises InvalidIdentifier."""
    number = compact(value)
    if len(number) != 16:
        raise WrongLength(value)
    if text.is_empty_body(number[:15]):
        raise Placeholder(value)
    with translated(value):
        isni.validate(number)
    return number


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: the word ISNI and four groups of four. Raises InvalidIdentifier."""
    return f"ISNI {isni.format(validate(value))}"


def looks_like_orcid(value: str) -> bool:
    """Whether a number lies in the blocks set aside for ORCID. A hint for a warning, not a rule."""
    body = compact(value)[:15]
    return "000000015000000" <= body <= "000000035000000" or body.startswith("0009")
