"""ISMN, International Standard Music Number: an edition of printed music (ISO 10957).

Issued by national agencies of the International ISMN Agency. 13 digits that begin with 9790 and end with a check digit;
the form of before 2008, M and nine digits, is converted.

>>> validate("M-2306-7118-7")
'9790230671187'
>>> validate("M-2306-7118-8")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: M-2306-7118-8
>>> format("9790230671187")
'979-0-2306-7118-7'
"""

import re

from stdnum import ismn

from formats.identifiers import text
from formats.identifiers.errors import (
    InvalidIdentifier,
    Placeholder,
    WrongCharacter,
    WrongLength,
    WrongPrefix,
    translated,
)

LABEL = text.label("ISMN")
SHAPE = re.compile(r"9790\d{9}|M\d{9}", re.ASCII)


def compact(value: str) -> str:
    """The characters without label and hyphens, as they came; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The 13 digits to store. Raises InvalidIdentifier."""
    number = compact(value)
    if number and not number.startswith(("M", "9790")):
        raise WrongPrefix(value)
    if len(number) != (10 if number.startswith("M") else 13):
        raise WrongLength(value)
    if not SHAPE.fullmatch(number):
        raise WrongCharacter(value)
    if text.is_empty_body(number[-9:-1]):
        raise Placeholder(value)
    with translated(value):
        return str(ismn.to_ismn13(ismn.validate(number)))


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed, with hyphens where the ranges of the agency put them. Raises InvalidIdentifier."""
    return str(ismn.format(validate(value)))
