"""Password rules (S-42): 12 to 128 characters, not a common one, no composition rules; kept as argon2id."""

import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher

SHORTEST = 12
LONGEST = 128
TIME_COST = 4
"""Rounds of argon2id over 64 MiB on one lane: about 0.2 s a check on a two-core machine."""
MEMORY_KIB = 65_536
LANES = 1
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WeakPassword(Exception):
    """The password breaks a rule; ``reason`` is ``short``, ``long`` or ``common``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalised(password: str) -> str:
    """The same characters whatever keyboard composed them (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *, email: str = "") -> None:
    """Raise :class:`WeakPassword` for a password that is too short, too long, common or the account's own name."""
    text = normalised(password)
    if len(text) < SHORTEST:
        raise WeakPassword("short")
    if len(text) > LONGEST:
        raise WeakPassword("long")
    folded = text.casefold()
    if folded in common_passwords() or folded == email.casefold() or len(set(folded)) < 4:
        raise WeakPassword("common")


@cache
def common_passwords() -> frozenset[str]:
    """The shipped list of passwords that are tried first by everybody who guesses, folded to lower case."""
    text = (Path(__file__).parent / "common-passwords.txt").read_text(encoding="utf-8")
    return frozenset(line.strip().casefold() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def hash_password(password: str, time_cost: int = TIME_COST) -> str:
    """The argon2id text that is kept."""
    return PasswordHasher(time_cost, MEMORY_KIB, LANES).hash(normalised(password))


def one_time_password() -> str:
    """A password to be read over the telephone once: four groups of five letters and digits, 99 bits."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)
