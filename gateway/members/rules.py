"""Pure rules of enrolment (S-01)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

CODE_BYTES = 20
"""160 random bits; the rule asks for at least 128."""
CODE_VALID = timedelta(hours=72)
OLD_KEY_COUNTS = timedelta(days=30)
"""How long the key before counts beside a newly announced one (S-06)."""
WAITING = ("added", "pending")
"""States in which a new code may still be given for the same node."""


def new_code() -> str:
    """A one-time code in groups of four, to be read out or copied."""
    text = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def code_hash(code: str) -> str:
    """What is kept of a code: SHA-256 of its letters and digits, whatever their case and grouping."""
    return hashlib.sha256(re.sub(r"[^A-Z0-9]", "", code.upper()).encode()).hexdigest()


def next_node_id(known: Iterable[str]) -> str:
    """``n001``, ``n002`` ...; a number is never given twice, because nodes are never removed."""
    numbers = [int(one[1:]) for one in known if re.fullmatch(r"n[0-9]+", one)]
    return f"n{max(numbers, default=0) + 1:03d}"


def clock_difference(said_and_heard: Iterable[tuple[datetime, datetime]]) -> timedelta | None:
    """How far a node's clock is ahead of ours (behind is negative), from what it said when and when we heard it.

    Every message lies a while on its way, which makes the node look late; so the freshest one counts.
    """
    return max((said - heard for said, heard in said_and_heard), default=None)


def next_kid(node_id: str, known: Iterable[str]) -> str:
    """The name of a node's next key: ``n001:2`` after ``n001:1``."""
    return f"{node_id}:{max((int(one.rpartition(':')[2]) for one in known), default=0) + 1}"
