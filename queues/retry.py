"""Failure classes: when to try again, when to park, when a person has to look.

A pure table. Waiting times live in a column (``next_attempt_at``), never in the broker and never in a sleep.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class FailureClass(StrEnum):
    """What kind of thing went wrong; the kind decides what happens next."""

    TRANSPORT = "F1"
    """The line: name lookup, refused, reset, timeout, 502, 503, 504."""
    BUSY = "F2"
    """The other side asks to wait: 429, ``Retry-After``, a blocked broker."""
    REMOTE_FAULT = "F3"
    """The other side failed and may recover: HTTP 500, a server fault."""
    OUR_REQUEST = "F4"
    """What we sent is wrong and stays wrong: 400, 422, a reject."""
    NOT_ALLOWED = "F5"
    """Credentials or certificate: 401, 403, expired."""
    POISON = "F6"
    """Our own handler fails on this message."""
    CONFLICT = "F7"
    """The same record was changed on both sides."""
    UNCERTAIN = "F8"
    """A call that must not be repeated timed out; nobody knows whether it worked."""


class End(StrEnum):
    """What becomes of the row when there is no further try."""

    PARK = "park"
    REFUSE = "refuse"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Policy:
    """One row: the waits after the first, second ... failure; then the last wait for ever, or an end."""

    waits: tuple[timedelta, ...]
    endless: bool
    end: End | None
    jitter: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Exactly one of the two is set: wait this long, or end in this way."""

    wait: timedelta | None
    end: End | None


def _minutes(*values: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=value) for value in values)


POLICIES: Mapping[FailureClass, Policy] = {
    FailureClass.TRANSPORT: Policy(_minutes(0.5, 2, 10, 30, 60), endless=True, end=None, jitter=True),
    FailureClass.BUSY: Policy(_minutes(1), endless=True, end=None),
    FailureClass.REMOTE_FAULT: Policy(_minutes(5, 60, 240, 1135), endless=False, end=End.PARK, jitter=True),
    FailureClass.OUR_REQUEST: Policy((), endless=False, end=End.REFUSE),
    FailureClass.NOT_ALLOWED: Policy(_minutes(15), endless=True, end=None),
    FailureClass.POISON: Policy(_minutes(0, 0, 0, 0), endless=False, end=End.PARK),
    FailureClass.CONFLICT: Policy((), endless=False, end=End.PERSON),
    FailureClass.UNCERTAIN: Policy((), endless=False, end=End.PARK),
}

LONGEST_BUSY = timedelta(hours=6)
FIRST_RESEND = timedelta(seconds=30)
LONGEST_RESEND = timedelta(hours=1)
_SPREAD = 0.2


def decide(failure: FailureClass, attempts: int, *, told: timedelta | None = None, jitter: float = 0.0) -> Decision:
    """What to do after the ``attempts``-th failure (counted from 1).

    ``told`` is the wait the other side asked for (``Retry-After``), obeyed up to six hours. ``jitter`` is a number from
    -1 to 1 chosen by the caller; it moves the wait of the classes that spread by up to 20 %.
    """
    policy = POLICIES[failure]
    if failure is FailureClass.BUSY and told is not None:
        return Decision(min(max(told, timedelta(0)), LONGEST_BUSY), None)
    if attempts > len(policy.waits) and not policy.endless:
        return Decision(None, policy.end)
    wait = policy.waits[min(attempts, len(policy.waits)) - 1]
    if policy.jitter:
        wait *= 1 + _SPREAD * max(-1.0, min(1.0, jitter))
    return Decision(wait, None)


def resend_wait(attempts: int) -> timedelta:
    """How long to wait for a receipt before the same bytes are sent again: 30 s, doubling to one hour."""
    doubled: timedelta = FIRST_RESEND * 2 ** min(max(attempts - 1, 0), 16)
    return min(doubled, LONGEST_RESEND)
