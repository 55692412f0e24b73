"""CISAC society code: the organisation that gave a number or acts for a party.

Issued by CISAC. Up to three digits, stored with leading zeros. Only the form is looked at here; whether a society has
the code is a matter of the table of societies, to which an installation may add. 000 (public domain) issues nothing.

>>> validate("80")
'080'
>>> validate("1000")
Traceback (most recent call last):
formats.identifiers.errors.WrongLength: 1000
>>> format("58")
'058'
"""

import re

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongLength

LABEL = text.label("CISAC|society", gap=r"[:\s]+")
SHAPE = re.compile(r"\d{1,3}", re.ASCII)


def compact(value: str) -> str:
    """The digits without label. A hyphen stays: it would be a sign."""
    return text.bare(value, LABEL)


def validate(value: str) -> str:
    """The three digits to store. Raises InvalidIdentifier."""
    number = compact(value)
    if not 1 <= len(number) <= 3:
        raise WrongLength(value)
    if not text.is_digits(number):
        raise WrongCharacter(value)
    number = number.zfill(3)
    if text.is_empty_body(number):
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
    """As printed: three digits. Raises InvalidIdentifier."""
    return validate(value)
