"""ISAN, International Standard Audiovisual Number: an audiovisual work, and with eight more digits one of its versions.

Issued by the ISAN International Agency (ISO 15706). 12 hexadecimal digits of the work and 4 of the episode, then
perhaps 8 of the version. Printed with a check character (ISO 7064 MOD 37,36) after the episode and, over all digits,
after the version; stored without both.

>>> validate("ISAN 0000-0001-8947-0000-8-0000-0000-D")
'000000018947000000000000'
>>> validate("006A-15FA-002B-C95F-X")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: 006A-15FA-002B-C95F-X
>>> format("006A15FA002BC95F")
'ISAN 006A-15FA-002B-C95F-W'
"""

import re

from stdnum import isan
from stdnum.iso7064 import mod_37_36

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongLength, translated

LABEL = text.label("V?-?ISAN", "web.isan.org/public/en/isan", "isan.org/isan")
SHAPE = re.compile(r"[0-9A-F]{16}(?:[0-9A-Z]|[0-9A-F]{8}|[0-9A-Z][0-9A-F]{8}[0-9A-Z])")
"""Not the 16 digits alone: without a check character they could be a number of many kinds."""


def compact(value: str) -> str:
    """All characters, check characters too, without label and hyphens; unchecked."""
    return text.compact(value, LABEL)


def _parts(number: str) -> tuple[str, str, str, str]:
    """(work and episode, check, version, check); absent parts are empty."""
    if len(number) == 24:
        return number[:16], "", number[16:], ""
    return number[:16], number[16:17], number[17:25], number[25:]


def validate(value: str) -> str:
    """The 16 or 24 digits to store; check characters are looked at when they are there. Raises InvalidIdentifier."""
    number = compact(value)
    if len(number) not in (16, 17, 24, 26):
        raise WrongLength(value)
    work, check, version, last = _parts(number)
    if not re.fullmatch(r"[0-9A-F]+", work + version):
        raise WrongCharacter(value)
    if text.is_empty_body(work):
        raise Placeholder(value)
    with translated(value):
        if check:
            mod_37_36.validate(work + check)
        if last:
            mod_37_36.validate(work + version + last)
    return work + version


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: the word ISAN, groups of four and the check characters. Raises InvalidIdentifier."""
    return f"ISAN {isan.format(validate(value))}"
