"""Times as people write them in a filter."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from interface.languages import time_zone

_LONGEST_DAY = len("2026-11-24")


def instant(text: str, of_day: time) -> datetime | None:
    """An instant; a day alone means its begin or its end (``of_day``), without zone it is the application's own.

    Raises ValueError.
    """
    if not text:
        return None
    told = datetime.fromisoformat(text)
    if len(text) <= _LONGEST_DAY:
        told = datetime.combine(told.date(), of_day)
    return told if told.tzinfo else told.replace(tzinfo=ZoneInfo(time_zone()))
