"""Pure rules of the work for partners."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ACCEPTING = frozenset({"RA", "AS", "AC"})
"""After one of these a change goes out as a revision (CWR REV)."""
REJECTING = frozenset({"RJ"})
"""After this the record has to be registered anew (CWR NWR)."""

FAILURES_BEFORE_OPEN = 5
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
NO_ACCESS_PAUSE = timedelta(minutes=15)
ANSWER_EXPECTED = timedelta(days=14)
"""How long a change waits for the first answer about its record before it goes out all the same."""
MOST_FILES = 9999
"""File numbers of a sender in a year: the file name has four digits."""


@dataclass(frozen=True, slots=True)
class Said:
    """One earlier handing-over of a record, in the order of sending."""

    digest: str
    status: str | None
    accepted: bool
    state: str
    sent_at: datetime


def window_end(now: datetime, seconds: int) -> datetime:
    """When what arrives now goes out: the end of the window of ``seconds`` it falls into, the same for all of them."""
    if seconds <= 0:
        return now
    stamp = int(now.timestamp())
    return datetime.fromtimestamp(stamp - stamp % seconds + seconds, UTC)


def creation(now: datetime, last: datetime | None) -> datetime:
    """The creation instant of the next file to a receiver: whole seconds, and never one that was used before."""
    second = now.astimezone(UTC).replace(microsecond=0)
    return second if last is None or second > last else last + timedelta(seconds=1)


def accepted_before(earlier: Iterable[Said]) -> bool:
    """Whether the partner has the record already."""
    return any(one.accepted for one in earlier)


def last_digest(earlier: Iterable[Said]) -> str | None:
    """The body the partner last got and did not reject; an equal one is not sent again."""
    sent = list(earlier)
    return None if not sent or sent[-1].status in REJECTING else sent[-1].digest


def must_wait(earlier: Iterable[Said], now: datetime) -> bool:
    """Whether the partner has not said anything yet about this record, so that nobody knows NWR from REV."""
    return any(one.state == "sent" and now - one.sent_at < ANSWER_EXPECTED for one in earlier)


def still_accepted(before: bool, status: str) -> bool:
    """Whether a submission counts as accepted after a further status."""
    return True if status in ACCEPTING else False if status in REJECTING else before


def pause_after(failures: int, failure_class: str) -> timedelta | None:
    """How long a partner is left alone after failures in a row; None while single calls just try again later."""
    if failure_class == "F5":
        return NO_ACCESS_PAUSE
    if failures < FAILURES_BEFORE_OPEN:
        return None
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - FAILURES_BEFORE_OPEN, 16)
    return min(doubled, LONGEST_PAUSE)
