"""DPID, DDEX Party Identifier: a company that sends or receives DDEX messages.

Issued by DDEX. ``PADPIDA``, ten digits (date and sequence) and a check character (ISO 7064 MOD 37,36 over all 18).

>>> validate("PA-DPIDA-2013020802-I")
'PADPIDA2013020802I'
>>> validate("PADPIDA2013020801I")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: PADPIDA2013020801I
>>> format("PADPIDA2013020802I")
'PA-DPIDA-2013020802-I'
"""

import re

from stdnum.iso7064 import mod_37_36

from formats.identifiers import text
from formats.identifiers.errors import (
    InvalidIdentifier,
    Placeholder,
    WrongCharacter,
    WrongLength,
    WrongPrefix,
    translated,
)

LABEL = text.label("DPID", gap=r"[:\s]+")
SHAPE = re.compile(r"PADPIDA\d{10}[0-9A-Z]", re.ASCII)


def compact(value: str) -> str:
    """The 18 characters without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The 18 characters to store. Raises InvalidIdentifier."""
    number = compact(value)
    if number and not number.startswith("PADPIDA"):
        raise WrongPrefix(value)
    if len(number) != 18:
        raise WrongLength(value)
    if not SHAPE.fullmatch(number):
        raise WrongCharacter(value)
    if text.is_empty_body(number[7:17]):
        raise Placeholder(value)
    with translated(value):
        return str(mod_37_36.validate(number))


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: four groups. Raises InvalidIdentifier."""
    number = validate(value)
    return f"{number[:2]}-{number[2:7]}-{number[7:17]}-{number[17]}"
