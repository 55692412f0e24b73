"""What a transaction does to a party, whom a number stands for, and who holds a mandate. Pure.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3 (transactions), IS/IP/23 Rev 6 (order of application), IS/IP/20 Rev 5
(statuses).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from formats.ipi import Transaction
from formats.ipi.standard import ABOUT_A_PARTY
from formats.problems import WARNING, Problem
from gateway.ipi.documents import (
    DELETED,
    MERGED,
    OPEN_DAY,
    PURCHASED,
    Document,
    Key,
    Lines,
    Mandate,
    document,
    entries,
    image,
    without_stamp,
)

SNAPSHOT = "IPA"
REPLACES_STATUSES = frozenset({"STA", "STD"})
"""Downloads list every status that is left, so the set is replaced and not added to."""
UPDATES = frozenset({"BDU", "MAU", "NTU", "NCU", "NPA"})
"""Take something away and put something in its place."""
MOST_STEPS = 50
"""Of a chain of parties that were merged or bought."""
WHOLE = 10_000

Reason = Literal["merged", "purchase", "dead", "cycle", "missing"]


# -- transactions -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a transaction says of one party: entries it takes away and entries it puts in."""

    base: str
    kind: str
    gone: tuple[tuple[Key, int], ...] = ()
    """Keys with the number of the line in the file that names them."""
    new: tuple[tuple[Key, Lines], ...] = ()


@dataclass(slots=True)
class Outcome:
    """The party afterwards; ``changed`` is false when all was so already. ``problems`` never stop it."""

    document: Document
    changed: bool
    problems: list[Problem] = field(default_factory=list)


def bases_of(transaction: Transaction) -> tuple[str, ...]:
    """The parties a transaction speaks of: one, or two when a name moves (the one it leaves first)."""
    header = transaction.header
    names = ("old_ip_base_number", "new_ip_base_number") if transaction.type == "NCU" else ("ip_base_number",)
    return tuple(dict.fromkeys(base for base in (getattr(header, name) for name in names) if base))


def bases_of_any(transaction: Transaction) -> tuple[str, ...]:
    """The same for every transaction, also those that speak of no party."""
    return bases_of(transaction) if transaction.type in ABOUT_A_PARTY else ()


def changes(transaction: Transaction) -> list[Change]:
    """A transaction as changes, one a party."""
    before = [(number, line) for number, line in _numbered(transaction) if line[2] == "O"]
    after = [line for _, line in _numbered(transaction) if line[2] != "O"]
    if transaction.type in {"MAU", "MAD"}:
        before, after = _with_territories(transaction)
    gone = tuple((key_, number) for number, line in before for key_, _ in entries([image(line)]))
    new = tuple(entries([image(line) for line in after]))
    bases = bases_of(transaction)
    if len(bases) == 2:
        return [Change(bases[0], "NCU", gone), Change(bases[1], "NCU", (), new)]
    return [Change(base, transaction.type, gone, new) for base in bases]


def _numbered(transaction: Transaction) -> list[tuple[int, str]]:
    return list(enumerate(transaction.lines[1:], transaction.line + 1))


def _with_territories(transaction: Transaction) -> tuple[list[tuple[int, str]], list[str]]:
    """Both images carry territories of their own; those behind a before image go with it."""
    before: list[tuple[int, str]] = []
    after: list[str] = []
    old = False
    for number, line in _numbered(transaction):
        if line[:3] in {"MAO", "MAN"}:
            old = line[2] == "O"
        if not old:
            after.append(line)
        elif line[:3] == "MAO":
            before.append((number, line))
    return before, after


def applied(known: Document, change: Change) -> Outcome:
    """The party after a change. Records are found by their keys, so a second time changes nothing."""
    if change.kind == SNAPSHOT:
        new = dict(change.new)
        return Outcome(new, _differ(known, new))
    kept = dict(known)
    problems: list[Problem] = []
    for key, line in change.gone:
        if kept.pop(key, None) is None and change.kind in UPDATES and change.new:
            problems.append(_before_image_missing(key, line))
    if change.kind == "NCD":
        kept = {key: lines for key, lines in kept.items() if not _uses(key, change.gone)}
    if change.kind in REPLACES_STATUSES and any(key[0] == "STN" for key, _ in change.new):
        kept = {key: lines for key, lines in kept.items() if key[0] != "STN"}
    kept.update(change.new)
    return Outcome(kept, _differ(known, kept), problems)


def _uses(key: Key, gone: Iterable[tuple[Key, int]]) -> bool:
    """A usage of a name that is gone."""
    return key[0] in {"NUN", "MUN", "INN", "IMN"} and any(key[1] == name[1] for name, _ in gone if name[0] == "name")


def _differ(one: Document, other: Document) -> bool:
    if one.keys() != other.keys():
        return True
    return any(without_stamp(lines) != without_stamp(other[key]) for key, lines in one.items())


def _before_image_missing(key: Key, line: int) -> Problem:
    # The key of a mandate, a usage or a name holds codes and numbers and nothing of a person's life.
    params = {"field": " ".join(key)}
    return Problem("before-image-missing", WARNING, None, line, 1, "record_type", None, params, key[0])


def new_party(transaction: Transaction) -> Document:
    """The party a snapshot describes."""
    return document(image(line) for line in transaction.lines[1:])


# -- whom a number stands for -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A party's current status and whom it points to."""

    status: str
    refers_to: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a chain ends: ``base`` is None when nobody living is at its end, and ``reason`` says why."""

    base: str | None
    reason: Reason | None
    path: tuple[str, ...]


def resolve(start: str, step_of: Callable[[str], Step | None], *, money: bool = True) -> Resolution:
    """Follow a party to the one that stands for it: merged ones always, bought ones only where money goes.

    A deleted party ends in ``dead``, a chain that comes back or is too long in ``cycle``, one that leads to a party the
    directory does not have in ``missing``.
    """
    path: list[str] = []
    why: Reason | None = None
    base = start
    while True:
        if base in path or len(path) >= MOST_STEPS:
            return Resolution(None, "cycle", (*path, base))
        step = step_of(base)
        if step is None:
            return Resolution(None, "missing", (*path, base))
        path.append(base)
        if step.status == DELETED:
            return Resolution(None, "dead", tuple(path))
        if step.status not in {MERGED, PURCHASED} or (step.status == PURCHASED and not money):
            return Resolution(base, why, tuple(path))
        if step.refers_to is None:
            return Resolution(None, "cycle", (*path, base))
        why = why or ("merged" if step.status == MERGED else "purchase")
        base = step.refers_to


# -- mandates ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Question:
    """Who represents somebody for one right, in one class and role, in one territory (TIS number), on one day."""

    right: str
    creation_class: str
    role: str
    territory: str
    on: date


Expand = Callable[[Sequence[tuple[bool, str]], date], frozenset[str]]
"""Territory lines as (include, TIS number), and the day as of which groups are opened, to single territories."""


def represented_by(held: Iterable[Mandate], question: Question, expand: Expand) -> list[Mandate]:
    """The mandates that answer a question; several are normal, because societies share.

    A mandate holds from its first day to the day before its last. Its groups of territories are those of its first day.
    """
    day = question.on.strftime("%Y%m%d")
    return [
        mandate
        for mandate in held
        if (mandate.right, mandate.creation_class, mandate.role)
        == (question.right, question.creation_class, question.role)
        and mandate.since <= day
        and (mandate.until == OPEN_DAY or day < mandate.until)
        and question.territory
        in expand([(sign == "I", code) for sign, code in mandate.territories], _day(mandate.since))
    ]


def is_too_much(answers: Iterable[Mandate]) -> bool:
    """More than the whole is represented, which the register forbids."""
    return sum(mandate.share for mandate in answers) > WHOLE


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
