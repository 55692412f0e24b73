"""IPI name number: one name (patronym or pseudonym) of an interested party.

Issued by the IPI centre for CISAC. 11 digits, the last two are check digits: the first nine, weighted 10 to 2, plus
the check make a multiple of 101 (100 is written 00). The CAE number of old is the same without leading zeros.

>>> validate("14107338")
'00014107338'
>>> validate("00014107339")
Traceback (most recent call last):
formats.identifiers.errors.WrongCheckDigit: 00014107339
>>> format("IPI 52210040")
'00052210040'
"""

import re

from formats.identifiers import text
from formats.identifiers.errors import InvalidIdentifier, Placeholder, WrongCharacter, WrongCheckDigit, WrongLength

LABEL = text.label(r"(?:IPI|CAE)(?:[\s-]?(?:name|number|nr|no)\.?)*", gap=r"[:\s]+")
SHAPE = re.compile(r"\d{8,11}", re.ASCII)
_LISTED_PLACEHOLDERS = frozenset({"00123456789"})
_ZEROS = 48 * 54
"""ASCII value of ``0`` times the sum of the weights: files are checked line by line, so we add up the bytes."""


def compact(value: str) -> str:
    """The digits without label and punctuation, as many as came; unchecked."""
    return text.compact(value, LABEL)


def check_digits(body: str) -> str:
    """The two check digits of nine ASCII digits."""
    b = body.encode()
    weighted = 10 * b[0] + 9 * b[1] + 8 * b[2] + 7 * b[3] + 6 * b[4] + 5 * b[5] + 4 * b[6] + 3 * b[7] + 2 * b[8]
    return f"{-(weighted - _ZEROS) % 101 % 100:02d}"


def validate(value: str) -> str:
    """The 11 digits to store. Raises InvalidIdentifier."""
    number = value if len(value) == 11 and text.is_digits(value) else compact(value)
    if not 1 <= len(number) <= 11:
        raise WrongLength(value)
    if not text.is_digits(number):
        raise WrongCharacter(value)
    number = number.zfill(11)
    if number in _LISTED_PLACEHOLDERS or text.is_empty_body(number[:9]):
        raise Placeholder(value)
    if check_digits(number[:9]) != number[9:]:
        raise WrongCheckDigit(value)
    return number


def is_valid(value: str) -> bool:
    """Whether ``validate`` accepts the value."""
    try:
        validate(value)
    except InvalidIdentifier:
        return False
    return True


def format(value: str) -> str:
    """As printed: the 11 digits. Raises InvalidIdentifier."""
    return validate(value)
