"""What the simulated society decides about a work. Pure: it is given the work and what is registered already.

Statuses are those of CWR (ACK record): RA, RJ and NP come first; AS, AC, CO and DU follow for what got RA.
"""

import copy
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from formats.cwr import Record, Transaction
from formats.problems import REJECTING, REPAIRING, Problem
from mappings.cwr import body_digest

WRITERS, PUBLISHERS = frozenset({"SWR", "OWR"}), frozenset({"SPU", "OPU"})
SHARES = ("pr_ownership_share", "mr_ownership_share", "sr_ownership_share")
NOBODYS = frozenset({"000", "099"})
"""Public domain, and no society: nobody here has an interest in such a work."""
OWN_SETTING = "REJECTED BY A SETTING OF THE SIMULATOR"

Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """One MSG line: what was rejected (F, R, T, G, E), the rule, and the place in the transaction (from 0)."""

    rejected: str
    record: str
    level: str
    number: str
    text: str
    place: int = 0


@dataclass(frozen=True, slots=True)
class Registered:
    """A work as it stands in the register."""

    sender: str
    number: str
    running: int
    iswc: str | None
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``first`` is RA, RJ or NP; ``final`` follows an RA. ``same`` is the registered work this one is, if any."""

    first: str
    final: str | None = None
    messages: tuple[Message, ...] = ()
    conflicts: tuple[Registered, ...] = ()
    same: Registered | None = None


def verdict(transaction: Transaction, sender: str, known: Iterable[Registered], *, reject_percent: int = 0) -> Verdict:
    """The decision about a work; ``known`` are registered works with its ISWC, its title or its very content."""
    messages = tuple(message(problem, transaction.line) for problem in transaction.problems if problem.effect)
    if any(problem.effect in REJECTING for problem in transaction.problems):
        return Verdict("RJ", messages=messages)
    if transaction.type not in {"NWR", "REV"}:
        return Verdict("RA", "AS", messages)
    head = transaction.header
    if is_chosen(head.submitter_work_number, reject_percent):
        return Verdict("RJ", messages=(Message("T", transaction.type, "T", "000", OWN_SETTING),))
    if _is_nobodys(transaction.records):
        return Verdict("NP", messages=messages)
    return _registration(transaction, sender, known, messages)


def _registration(
    transaction: Transaction, sender: str, known: Iterable[Registered], messages: tuple[Message, ...]
) -> Verdict:
    records = transaction.records
    others = [work for work in known if (work.sender, work.number) != (sender, records[0].submitter_work_number)]
    content = content_digest(records)
    for work in others:
        if work.sender == sender and content_digest(work.records) == content:
            return Verdict("RA", "DU", messages, same=work)
    same = [work for work in others if work.sender != sender and is_same_work(records, work.records)]
    conflicts = tuple(work for work in same if shares_of(work.records) != shares_of(records))
    if conflicts:
        return Verdict("RA", "CO", messages, conflicts=conflicts)
    changed = any(problem.effect in REPAIRING for problem in transaction.problems)
    return Verdict("RA", "AC" if changed else "AS", messages, same=same[0] if same else None)


def is_chosen(number: str, percent: int) -> bool:
    """Whether a work is among the percent to be rejected: by a hash of its number, so that it repeats."""
    return int.from_bytes(hashlib.sha256(number.encode()).digest()[:4], "big") % 100 < percent


def message(problem: Problem, first_line: int) -> Message:
    """A finding of the reader as the standard wants it told: NWR-T-011 is record NWR, level T, number 011."""
    record, level, number = [*problem.code.split("-"), "T", "000"][:3]
    text = " ".join(part for part in (problem.code, problem.record, problem.field) if part)
    place = problem.line - first_line if problem.line and problem.line >= first_line else 0
    return Message((problem.effect or "T")[0], record[:3], level[:1], number[:3].zfill(3), text.upper()[:150], place)


def content_digest(records: Sequence[Record]) -> str:
    """What a work says apart from its number and ISWC: equal for the same work sent under two numbers."""
    head = copy.copy(records[0])
    head.submitter_work_number = head.iswc = None
    return body_digest([head, *records[1:]])


def title_key(title: str | None) -> str:
    """Letters and digits of a title, in one case."""
    return re.sub(r"[\W_]", "", (title or "").casefold())


def is_same_work(one: Sequence[Record], other: Sequence[Record]) -> bool:
    """The same ISWC, or else the same title by the same writers."""
    if one[0].iswc and one[0].iswc == other[0].iswc:
        return True
    return title_key(one[0].work_title) == title_key(other[0].work_title) and _same_writers(one, other)


def _same_writers(one: Sequence[Record], other: Sequence[Record]) -> bool:
    ours, theirs = _writers(one), _writers(other)
    return bool(ours) and len(ours) == len(theirs) and all(any(map(writer.__eq__, theirs)) for writer in ours)


@dataclass(frozen=True, slots=True, eq=False)
class _Writer:
    ipi: str | None
    name: Name

    def __eq__(self, other: object) -> bool:
        """By IPI name number where both have one, else by name."""
        if not isinstance(other, _Writer):
            return NotImplemented
        return self.ipi == other.ipi if self.ipi and other.ipi else self.name == other.name

    __hash__ = None  # type: ignore[assignment]


def _writers(records: Sequence[Record]) -> list[_Writer]:
    named = (record for record in records if record.record_type in WRITERS and record.writer_last_name)
    return [_Writer(record.writer_ipi_name_number, _name(record)) for record in named]


def shares_of(records: Sequence[Record]) -> list[tuple[Name, tuple[int, ...]]]:
    """Who owns how much, in hundredths of a percent, whoever declares it and in whatever order."""
    owners = (record for record in records if record.record_type in WRITERS | PUBLISHERS)
    return sorted((_name(record), tuple(getattr(record, share) or 0 for share in SHARES)) for record in owners)


def _name(record: Record) -> Name:
    if record.record_type in PUBLISHERS:
        return (record.publisher_name or "", "")
    return (record.writer_last_name or "", record.writer_first_name or "")


def _is_nobodys(records: Sequence[Record]) -> bool:
    """Every society anybody in the work belongs to is that of the public domain, or the word for none."""
    parties = [record for record in records if record.record_type in WRITERS | PUBLISHERS]
    societies = {
        getattr(record, f"{right}_affiliation_society") for record in parties for right in ("pr", "mr", "sr")
    } - {None}
    return bool(societies) and societies <= NOBODYS
