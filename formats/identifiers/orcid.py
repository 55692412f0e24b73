"""ORCID iD: the identity a researcher or author keeps (a block of the ISNI numbers).

Issued by ORCID. 16 characters as an ISNI, with the same check character (ISO 7064 MOD 11-2), shown as an address.
A bare value may be an ISNI as well: keep the scheme with the number.

>>> validate("https://orcid.org/0000-0002-1825-0097")
'0000000218250097'
>>> validate("0000-0002-1694-2330")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: 0000-0002-1694-2330
>>> format("000000021694233X")
'https://orcid.org/0000-0002-1694-233X'
"""

import re

from stdnum import isni

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongLength, translated

LABEL = text.label("ORCID(?: iD)?", "orcid.org")
SHAPE = re.compile(r"0000000(?:1[5-9]|2\d|3[0-5])\d{6}[\dX]|0009\d{11}[\dX]", re.ASCII)
"""The blocks set aside for ORCID, so that not every ISNI is offered as an ORCID. ``validate`` takes any block."""


def compact(value: str) -> str:
    """The 16 characters without address and hyphens; unchecked."""
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
    """The address that ORCID asks everybody to show. Raises InvalidIdentifier."""
    number = validate(value)
    return f"https://orcid.org/{number[:4]}-{number[4:8]}-{number[8:12]}-{number[12:]}"
