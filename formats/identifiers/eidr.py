"""EIDR content ID: a film, series, episode, edit or manifestation in the Entertainment Identifier Registry.

Issued by EIDR; it is a DOI with the prefix 10.5240. 20 hexadecimal digits in groups of four and a check character
(ISO 7064 MOD 37,36 over the digits). Stored in upper case with its hyphens.

>>> validate("https://doi.org/10.5240/7791-8534-2c23-9030-8610-5")
'10.5240/7791-8534-2C23-9030-8610-5'
>>> validate("10.5240/7791-8534-2C23-9030-8004-7")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: 10.5240/7791-8534-2C23-9030-8004-7
>>> format("10.5240/EA7379D71B2BB3783A73M")
'10.5240/EA73-79D7-1B2B-B378-3A73-M'
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

LABEL = text.label("EIDR|doi", "doi.org", "dx.doi.org", "ui.eidr.org/view/content?id=")
SHAPE = re.compile(r"10\.5240/[0-9A-Z]*")
_PREFIX = "10.5240/"
_NOTHING_BEFORE = re.compile("")


def compact(value: str) -> str:
    """Prefix, digits and check character without address and hyphens; unchecked."""
    number = text.bare(value, LABEL)
    if not number.startswith(_PREFIX):
        return number.upper()
    return _PREFIX + text.compact(number.removeprefix(_PREFIX), _NOTHING_BEFORE)


def validate(value: str) -> str:
    """The prefix and the groups to store. Raises InvalidIdentifier."""
    number = compact(value)
    if number and not number.startswith(_PREFIX):
        raise WrongPrefix(value)
    body = number.removeprefix(_PREFIX)
    if len(body) != 21:
        raise WrongLength(value)
    if not re.fullmatch(r"[0-9A-F]{20}[0-9A-Z]", body):
        raise WrongCharacter(value)
    if text.is_empty_body(body[:20]):
        raise Placeholder(value)
    with translated(value):
        mod_37_36.validate(body)
    return _PREFIX + "-".join(body[i : i + 4] for i in range(0, 21, 4))


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed, which is as stored. Raises InvalidIdentifier."""
    return validate(value)
