"""What the ISWC database would refuse, as far as it can be told before sending.

A module for each kind of rule; ``catalogue`` says what a rule is. ``check`` asks every rule that has a test.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from formats.iswc.entries import Entry
from formats.iswc.rules import elsewhere, people, record
from formats.iswc.rules.catalogue import RULES, Fault, Rule, Test, in_order
from formats.iswc.rules.references import Mandates, People, Person, References
from formats.iswc.transactions import Add, Transaction
from formats.problems import Problem

__all__ = [
    "RULES",
    "Breach",
    "Fault",
    "Mandates",
    "People",
    "Person",
    "References",
    "Rule",
    "Verdict",
    "check",
    "in_order",
    "judge",
    "same_code_twice",
]

NOTHING = References()
DECLARED_IN = (record, people, elsewhere)


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that is broken, where, and the agency's number for it."""

    rule: str
    number: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, and which rules could not be asked because their reference is not loaded."""

    breaches: tuple[Breach, ...] = ()
    not_checked: Counter[str] = field(default_factory=Counter)


def check(transaction: Transaction, known: References = NOTHING) -> Verdict:
    """Ask every rule about a transaction of an agency. Answers of the database are not judged."""
    breaches: list[Breach] = []
    lacking: Counter[str] = Counter()
    for rule, test in _tested(transaction.tag):
        if rule.needs and any(getattr(known, need) is None for need in rule.needs):
            lacking[rule.id] = 1
        for fault in test(transaction, known):
            breaches.append(Breach(rule.id, fault.number or rule.numbers[0], fault))
    return Verdict(tuple(breaches), lacking)


@cache
def _tested(tag: str) -> tuple[tuple[Rule, Test], ...]:
    """The rules that are tested on a type of transaction."""
    return tuple((rule, rule.test) for rule in RULES.values() if rule.test is not None and tag in rule.on)


def judge(entry: Entry, known: References = NOTHING) -> Counter[str]:
    """Ask every rule about a transaction of a file and note what is wrong where it stands; the rules not asked."""
    verdict = check(entry.transaction, known)
    entry.problems += [_problem(entry, breach) for breach in verdict.breaches]
    return verdict.not_checked


def _problem(entry: Entry, breach: Breach) -> Problem:
    fault = breach.fault
    at = entry.spot(fault.where)
    params = {"field": at.field, "value": at.raw or "", "condition": fault.condition, "number": breach.number}
    return Problem(
        breach.rule, "error", "TR", at.line, at.column, at.field, at.raw, {**params, **fault.params}, at.record
    )


def same_code_twice(works: Sequence[Transaction]) -> Iterator[int]:
    """Places of added works whose work code stood before in the same batch (rule IV/52, number 170)."""
    seen: set[tuple[str | None, str | None, str | None]] = set()
    for at, work in enumerate(works):
        if isinstance(work, Add):
            key = (work.agency, work.source_db, work.work_code)
            if key in seen:
                yield at
            seen.add(key)
