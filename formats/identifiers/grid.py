"""GRid, Global Release Identifier: a release (a bundle of recordings as offered for sale).

Issued by holders of an issuer code of IFPI's GRid authority. A1, five characters of the issuer, ten of the release and
a check character (ISO 7064 MOD 37,36).

>>> validate("GRid:A1-2425G-ABC1234002-M")
'A12425GABC1234002M'
>>> validate("A1-2425G-ABC1234002-Q")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: A1-2425G-ABC1234002-Q
>>> format("A12425GABC1234002M")
'A1-2425G-ABC1234002-M'
"""

import re

from stdnum import grid

from formats.identifiers import text
from formats.identifiers.errors import (
    InvalidIdentifier,
    Placeholder,
    WrongCharacter,
    WrongLength,
    WrongPrefix,
    translated,
)

LABEL = text.label("GRid")
SHAPE = re.compile(r"A1[0-9A-Z]{16}")


def compact(value: str) -> str:
    """The 18 characters without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def validate(value: str) -> str:
    """The 18 characters to store. Raises InvalidIdentifier."""
    number = compact(value)
    if number and not number.startswith("A1"):
        raise WrongPrefix(value)
    if len(number) != 18:
        raise WrongLength(value)
    if not SHAPE.fullmatch(number):
        raise WrongCharacter(value)
    if text.is_empty_body(number[2:17]):
        raise Placeholder(value)
    with translated(value):
        return str(grid.validate(number))


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: four groups. Raises InvalidIdentifier."""
    return str(grid.format(validate(value)))
