"""Pure rules of the console: what has the same cause, in which order a group runs, how long is too long."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

MOST_AT_A_TIME = 100
SKEW = timedelta(minutes=5)
"""A node's clock that differs by more is marked."""
SILENT = timedelta(hours=24)
LATE = timedelta(minutes=15)
"""A message that waits longer is looked at."""
PARKED_LONG = timedelta(hours=1)
GAP_LONG = timedelta(minutes=10)
CANARY_LONG = timedelta(seconds=60)
RECENT = timedelta(hours=24)
BETWEEN_QUEUES = timedelta(minutes=1)
UNREAD_LONG = timedelta(minutes=2)
"""Messages that nobody reads for so long wait for a process that is not there."""
NEARLY_FULL_PERCENT = 80
CERTIFICATE_SOON = timedelta(days=30)
STANDS_STILL = timedelta(minutes=2)
"""When nobody looked for messages for so long, no process carries any more."""

NO_TURN = frozenset({"nodeseq-conflict", "chain-mismatch", "bad-schema"})
"""Parked for these reasons a message has no turn in its record, so it cannot run again."""

_VARIABLE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # ids
    r"|[0-9]{8}T[0-9]{6}Z(?:/[0-9]+)*"  # references
    r"|\bCW[0-9]{6}[0-9A-Z_]*\.V[0-9]{2}\b"  # names of files
    r"|\b[0-9a-f]{16,}\b|[0-9]{4,}",
    re.IGNORECASE,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn something has: the record it belongs to, and its number there."""

    record: tuple[str, str]
    seq: int


def signature(cause: str) -> str:
    """The text of an error without what differs from message to message: ids, references, names of files, numbers."""
    return _VARIABLE.sub("…", cause)


def group_key(what: str, reason: str, cause: str) -> str:
    """The short name of a cause, the same as long as the cause is."""
    return hashlib.sha256(f"{what}\n{reason}\n{signature(cause)}".encode()).hexdigest()[:12]


def in_record_order(items: Sequence[tuple[T, Turn]]) -> list[T]:
    """Oldest first, as given, but the places of one record are taken in the order of the record."""
    of_record: dict[tuple[str, str], list[tuple[int, T]]] = {}
    for item, turn in items:
        of_record.setdefault(turn.record, []).append((turn.seq, item))
    queues = {record: iter(sorted(found, key=lambda one: one[0])) for record, found in of_record.items()}
    return [next(queues[turn.record])[1] for _, turn in items]


def next_to_go(waiting: Iterable[tuple[T, tuple[str, str]]], busy: Iterable[tuple[str, str]], free: int) -> list[T]:
    """What may start now: at most ``free``, and never two of one record at once."""
    taken = set(busy)
    chosen: list[T] = []
    for item, record in waiting:
        if len(chosen) >= free:
            break
        if record not in taken:
            taken.add(record)
            chosen.append(item)
    return chosen
