"""What some rules must know beside the transaction. None is: not loaded, so the rule is not checked, never passed."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Person:
    """What the register of interested parties says about a name number."""

    base_number: str
    status: int
    """1 alive, 2 by purchase, 3 merged into another, 4 deleted."""
    died: date | None = None
    is_group: bool = False
    """A pseudonym several people share."""


class People(Protocol):
    """The register of interested parties (IPI)."""

    def find(self, name_number: str) -> Person | None:
        """The party after following merges, or None for a number nobody has."""
        ...


class Mandates(Protocol):
    """Who represents or ever represented whom for musical works."""

    def represents(self, base_number: str, society: str) -> bool:
        """Whether the society represents the party, or ever did, for any right."""
        ...

    def is_anybodys(self, base_number: str) -> bool:
        """Whether any society represents the party, or ever did."""
        ...


@dataclass(frozen=True, slots=True)
class References:
    """Everything rules may ask for."""

    people: People | None = None
    mandates: Mandates | None = None
    agencies: Container[tuple[str, str]] | None = None
    """Registered pairs of agency and source database."""
    refused: Container[str] | None = None
    """Base numbers of the accounts that stand for shares or unknown people."""


PUBLIC_DOMAIN, TRADITIONAL = "I-001635861-3", "I-002296966-8"
UNKNOWN_CREATOR, UNKNOWN_PUBLISHER = "I-001635620-8", "I-001631070-4"
GENERIC = frozenset({PUBLIC_DOMAIN, TRADITIONAL, UNKNOWN_CREATOR})
"""Base numbers that stand for nobody in particular among creators."""
