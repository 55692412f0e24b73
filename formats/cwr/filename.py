"""Names of CWR 2.x files: ``CWyynnnnsss_rrr.Vxx``.

Source: CISAC CWR11-1991R4, section 3.2, file naming; before August 2006 the number had two digits, which still occurs.
"""

import re
from dataclasses import dataclass

_NAME = re.compile(
    r"CW(?P<year>\d\d)(?P<number>\d{4}|\d\d)(?P<sender>[A-Z0-9]{2,3})_(?P<receiver>[A-Z0-9]{2,3})\.V(?P<version>2[12])",
    re.IGNORECASE,
)
MOST_FILES = 9999
"""Of one sender in a year."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a file name says. ``receiver`` 000 means several."""

    year: int
    number: int
    sender: str
    receiver: str
    version: str


def build(*, year: int, number: int, sender: str, receiver: str, version: str) -> str:
    """The name of a file. Raises ValueError for parts that do not fit.

    >>> build(year=2026, number=1, sender="997", receiver="996", version="2.1")
    'CW260001997_996.V21'
    """
    name = f"CW{year % 100:02d}{number:04d}{sender}_{receiver}.V{version.replace('.', '')}"
    if not 1 <= number <= MOST_FILES or not _NAME.fullmatch(name):
        raise ValueError(f"no file name of CWR: {name}")
    return name


def parse(name: str) -> Name:
    """The parts of a name, with or without ``.zip``. Raises ValueError.

    >>> parse("CW060001EMI_044.V21")
    Name(year=2006, number=1, sender='EMI', receiver='044', version='2.1')
    """
    found = _NAME.fullmatch(name[:-4] if name.lower().endswith(".zip") else name)
    if found is None:
        raise ValueError(f"no file name of CWR: {name}")
    # Two-digit years turn at 1970; CWR began in 2001.
    year = int(found["year"])
    century = 1900 if year >= 70 else 2000
    version = f"{found['version'][0]}.{found['version'][1]}"
    return Name(century + year, int(found["number"]), found["sender"].upper(), found["receiver"].upper(), version)
