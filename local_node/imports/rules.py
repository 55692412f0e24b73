"""Decisions about files of others: what a problem holds back, and what a file may change in a work of ours. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from formats.cwr import Transaction
from formats.identifiers import SCHEMES
from formats.problems import REJECTING, Problem
from mappings.latin import LATIN
from mappings.model import Identifier, Party, Work

WORKS = frozenset({"NWR", "REV"})
"""Transactions that register a work."""
FILE, GROUP = "ER", "GR"
_END = 1 << 62

Range = tuple[int, int]


def sender_of(header: Any) -> str:
    """Who sent the file: the sender's number, with its digits from the type field where it is longer than nine.

    CWR 2.2 lets an 11-digit IPI number begin in the field of the sender type (HDR, fields 2 and 3).
    """
    if header is None:
        return ""
    kind, number = header.sender_type or "", header.sender_id or ""
    return f"{kind}{number}" if kind.isdigit() else number or (header.sender_name or "")[:20]


def refused_lines(problems: Iterable[Problem], group_starts: Sequence[int]) -> list[Range]:
    """The lines that problems of the file (ER) or of a group (GR) refuse.

    ``group_starts`` are the lines of the first transaction of each group, in order.
    """
    ranges: list[Range] = []
    for one in problems:
        if one.effect == FILE:
            return [(1, _END)]
        if one.effect == GROUP and group_starts:
            # A group header stands one line before its first transaction.
            place = max(bisect_right(group_starts, (one.line or 1) + 1) - 1, 0)
            last = group_starts[place + 1] - 1 if place + 1 < len(group_starts) else _END
            ranges.append((group_starts[place], last))
    return sorted(set(ranges))


def is_refused(line: int, ranges: Iterable[Sequence[int]]) -> bool:
    """Whether a transaction that begins in this line is refused with its file or group."""
    return any(first <= line <= last for first, last in ranges)


def holds_back(transaction: Transaction) -> bool:
    """Whether a transaction waits in quarantine: a finding refuses it, or what contains it."""
    return any(one.effect in REJECTING for one in transaction.problems)


def merged(ours: Work, theirs: Work) -> Work:
    """A work of ours as a new file describes it: titles in other scripts and numbers the file is silent about stay."""
    said = {(one.kind, one.text) for one in theirs.titles}
    own_script = tuple(
        one for one in ours.titles if one.script not in (None, LATIN) and (one.kind, one.text) not in said
    )
    keeps_first = bool(own_script) and ours.titles[0] == own_script[0]
    titles = (*own_script, *theirs.titles) if keeps_first else (*theirs.titles, *own_script)
    schemes = {one.scheme for one in theirs.identifiers}
    numbers = (*theirs.identifiers, *(one for one in ours.identifiers if one.scheme not in schemes))
    return replace(
        theirs,
        id=ours.id,
        number=ours.number,
        creation_class=ours.creation_class,
        titles=titles,
        identifiers=numbers,
    )


def sound_numbers(party: Party) -> tuple[Party, tuple[Identifier, ...]]:
    """The party without numbers whose check digits are wrong, and those numbers."""
    known = (one for one in party.identifiers if one.scheme in SCHEMES)
    wrong = tuple(one for one in known if not SCHEMES[one.scheme].is_valid(one.value))
    return replace(party, identifiers=tuple(one for one in party.identifiers if one not in wrong)), wrong


def is_known_by_number(party: Party | None) -> bool:
    """Whether a party can be recognised again: by its IPI name number or its number at the sender."""
    return party is not None and bool(party.names) and bool(party.identifier("ipi-name") or party.number)


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem as it is stored; what is empty is left out."""
    fields = {name: getattr(problem, name) for name in Problem.__dataclass_fields__}
    fields["params"] = {name: str(value) for name, value in problem.params.items()}
    return {name: value for name, value in fields.items() if value not in (None, {})}


def from_json(data: Mapping[str, Any]) -> Problem:
    """A stored problem."""
    return Problem(**data)
