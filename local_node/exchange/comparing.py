"""Ours and theirs side by side: one line per field, one line per interest. Pure: no session, no request."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from local_node.right_owners.rules import search_key
from mappings.model import Interest, Party, Work

RIGHTS = ("PR", "MR", "SR")


@dataclass(frozen=True, slots=True)
class Pair:
    """An interest of ours and the same one of theirs; None where only the other side has it."""

    ours: Interest | None
    theirs: Interest | None

    @property
    def same(self) -> bool:
        """Whether both sides say the same role and the same shares."""
        if self.ours is None or self.theirs is None:
            return False
        return self.ours.role == self.theirs.role and _shares(self.ours) == _shares(self.theirs)


def pairs(ours: Work, theirs: Work) -> list[Pair]:
    """Every interest of both works once: ours in our order, then those only they have.

    The same person is known by IPI name number or by name; with several interests the same role comes first.
    """
    left = list(theirs.interests)
    found = []
    for interest in ours.interests:
        match = _match(interest, left)
        if match is not None:
            left.remove(match)
        found.append(Pair(interest, match))
    return [*found, *(Pair(None, one) for one in left)]


def _match(wanted: Interest, left: Sequence[Interest]) -> Interest | None:
    same_person = [one for one in left if _is_same(wanted.party, one.party)]
    same_role = [one for one in same_person if one.role == wanted.role]
    return next(iter([*same_role, *same_person]), None)


def _is_same(one: Party | None, other: Party | None) -> bool:
    if one is None or other is None:
        return one is other
    numbers = one.identifier("ipi-name"), other.identifier("ipi-name")
    if all(numbers):
        return numbers[0] == numbers[1]
    return bool({search_key(name) for name in one.names} & {search_key(name) for name in other.names})


def _shares(interest: Interest) -> list[Fraction]:
    return [interest.shares.get(right, Fraction(0)) for right in RIGHTS]
