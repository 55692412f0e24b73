"""Names and marks of the register's files: which day, which set, and how far they tell. Pure."""

import re
from collections.abc import Iterable
from datetime import date, timedelta

DAILY = re.compile(r"(\d{8})\.IPI(?:\.zip)?", re.IGNORECASE)
OF_A_SET = re.compile(r"IPI\d{2}\d{3}(?:\.edi)?(?:\.zip)?", re.IGNORECASE)
"""IPI, the number of the set, the sender."""
_MARK = re.compile(r"\d{14}")
_SEPARATORS = re.compile(r"[-:/.TZ\s]")
LARGEST_TIMESTAMP_BYTES = 64


def day_of(name: str) -> date | None:
    """The day a daily file tells of; None for any other name."""
    found = DAILY.fullmatch(name)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        return None


def is_of_a_set(name: str) -> bool:
    """Whether a file is a part of a quarterly export, which comes with a file that says up to when it is complete."""
    return OF_A_SET.fullmatch(name) is not None


def mark_in(content: bytes) -> str | None:
    """The instant a timestamp file names, as YYYYMMDDHHMMSS; None for whatever else."""
    if len(content) > LARGEST_TIMESTAMP_BYTES or not content.isascii():
        return None
    text = _SEPARATORS.sub("", content.decode("ascii"))[:14]
    return text if is_mark(text) else None


def is_mark(text: str) -> bool:
    """Whether a text is an instant YYYYMMDDHHMMSS."""
    if not _MARK.fullmatch(text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return text[8:10] < "24" and text[10:12] < "60" and text[12:] < "60"


def gap(before: date | None, days: Iterable[date]) -> tuple[date, date] | None:
    """The first and last day that are missing before the days or among them; days that were there before do no harm."""
    last = before
    for day in sorted(days):
        if last is not None and day > last + timedelta(days=1):
            return last + timedelta(days=1), day - timedelta(days=1)
        last = day if last is None else max(last, day)
    return None
