"""The invented register of interested parties: who a name number is, and which society represents whom.

Everybody with right check digits exists. What is special about somebody follows from the first nine digits of the
number, so that a test or a demo can make the person it needs.
"""

from dataclasses import dataclass

from formats.identifiers import ipi_base
from formats.iswc.rules import Person
from formats.iswc.rules.references import TRADITIONAL

MEMBERS_OF = {71: "997", 72: "998", 73: "058"}
"""Numbers 71x, 72x and 73x million: members of this society alone. All others are represented by whoever asks."""
PUBLIC_DOMAIN, DELETED, MERGED, NOBODYS, UNKNOWN = 75, 76, 77, 78, 79
"""Millions of people in the public domain, deleted, merged (into the one 70 million below), without a society, and
not in the register."""
MILLIONS_MERGED = 70_000_000


def base_of(body: int) -> str:
    """The base number of the person whose name number begins with ``body``."""
    digits = f"{body:09d}"
    return f"I-{digits}-{ipi_base.check_digit(digits)}"


@dataclass(frozen=True, slots=True)
class Register:
    """Answers what the rules ask (``formats.iswc.rules.People`` and ``Mandates``)."""

    def find(self, name_number: str) -> Person | None:
        """The person after following merges."""
        body = int(name_number[:9])
        kind = body // 10_000_000
        if kind == UNKNOWN:
            return None
        if kind == PUBLIC_DOMAIN:
            return Person(TRADITIONAL, 1)
        if kind == MERGED:
            return Person(base_of(body - MILLIONS_MERGED), 1)
        return Person(base_of(body), 4 if kind == DELETED else 1)

    def represents(self, base_number: str, society: str) -> bool:
        """Whether the society represents, or ever did, this person."""
        kind = self._kind(base_number)
        return kind not in {PUBLIC_DOMAIN, NOBODYS} and MEMBERS_OF.get(kind, society) == society

    def is_anybodys(self, base_number: str) -> bool:
        """Whether any society represents this person, or ever did."""
        return self._kind(base_number) not in {PUBLIC_DOMAIN, NOBODYS}

    def _kind(self, base_number: str) -> int:
        return PUBLIC_DOMAIN if base_number == TRADITIONAL else int(base_number[2:11]) // 10_000_000


class SourceDatabases:
    """Every agency may send directly and through the hub 300."""

    def __contains__(self, pair: object) -> bool:
        return isinstance(pair, tuple) and pair[1] in {pair[0], "300"}
