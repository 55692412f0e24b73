"""Reading IPI files, one transaction at a time, in constant memory.

Lines are read by position and trimmed: the register pads them to 206 or 210 columns, other senders cut them after the
last character. A bad line stops nothing.
"""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from formats.fixed_width import Record
from formats.ipi import rules
from formats.ipi.envelope import Envelope
from formats.ipi.fields import GLANCES, Fields
from formats.ipi.lists import CodeLists
from formats.ipi.records import LAYOUTS
from formats.ipi.standard import CONTROLS, SHAPES, VERSION
from formats.ipi.transaction import Group, Transaction
from formats.lines import Lines
from formats.problems import ERROR, WARNING, Problem

_DETAILS = frozenset(LAYOUTS) - CONTROLS - frozenset(SHAPES)
_EIGHT = [f"{number:08d}" for number in range(1_000)] + [""]
"""Numbers as lines have them; beyond the last each line is looked at."""
_MOST_NUMBERED = len(_EIGHT) - 1


class Reader:
    """Iterate over it once for the transactions; the rest is known when the iteration has passed it.

    ``header`` and ``trailer`` are the HDR and TRL records, ``groups`` the groups as counted, ``problems`` what concerns
    the file, ``record_types`` counts physical lines by type, ``records`` all of them. ``lists`` are codes known before;
    those that stand in the file (IDA) join them and count from there on. With ``rules=False`` only lines and fields are
    looked at.
    """

    version = VERSION

    def __init__(self, stream: BinaryIO, lists: CodeLists | None = None, *, rules: bool = True) -> None:
        self.lists = lists or CodeLists()
        self.rules = rules
        self._lines = lines_of(stream)
        self._fields = Fields(self.lists)
        self.encoding = self._lines.encoding
        self.record_types: Counter[str] = Counter()
        self.records = 0
        self.problems: list[Problem] = []
        self._envelope = Envelope(self.problems)

    @property
    def header(self) -> Record | None:
        return self._envelope.header

    @property
    def trailer(self) -> Record | None:
        return self._envelope.trailer

    @property
    def groups(self) -> list[Group]:
        return self._envelope.groups

    def __iter__(self) -> Iterator[Transaction]:
        transaction: Transaction | None = None
        numbering = ""
        seen, glances, widths, lists = self.record_types, GLANCES, self._fields.widths, self.lists.entries
        for number, line in self._lines:
            tag = line[:3]
            if transaction is not None and tag in _DETAILS:
                lines = transaction.lines
                if lists or not glances[tag](line):
                    transaction.problems += self._fields.problems(tag, line, number)
                if len(line) > widths[tag] and not line[widths[tag] :].isspace():
                    transaction.problems.append(_too_long(tag, line, widths[tag], number))
                if line[3:19] != numbering + _EIGHT[min(len(lines), _MOST_NUMBERED)]:
                    self._envelope.misnumbered(self._fields.record(tag, line, number), len(lines))
                seen[tag] += 1
                lines.append(line)
            elif tag not in LAYOUTS:
                self._stranger(tag, line, number, transaction)
                seen[tag if line.strip() else ""] += 1
            else:
                if transaction is not None:
                    yield self._judged(transaction)
                seen[tag] += 1
                numbering = line[3:11]
                transaction = self._begun(tag, line, number)
        if transaction is not None:
            yield self._judged(transaction)
        self._finish()

    def _begun(self, tag: str, line: str, number: int) -> Transaction | None:
        """The transaction that a line opens; a control record and a stray line open none."""
        right = not self.lists.entries and GLANCES[tag](line)
        problems = [] if right else self._fields.problems(tag, line, number)
        width = self._fields.widths[tag]
        if len(line) > width and not line[width:].isspace():
            problems.append(_too_long(tag, line, width, number))
        if tag in SHAPES:
            transaction = Transaction(tag, number, [line], self._fields.record, problems=problems)
            self._envelope.opened(transaction)
            return transaction
        self.problems += problems
        if tag in CONTROLS:
            self._envelope.control(tag, self._fields.record(tag, line, number))
        else:
            self._envelope.stray(tag, number)
        return None

    def _stranger(self, tag: str, line: str, number: int, transaction: Transaction | None) -> None:
        """A line of no type that the format has, or an empty one; within a transaction it keeps its place."""
        said = bool(line.strip())
        if transaction is not None:
            transaction.strangers.add(number)
            transaction.lines.append(line)
            if said:
                transaction.problems.append(_unknown(tag, number))
        elif said:
            self.problems.append(_unknown(tag, number))
            self._envelope.stray(tag, number)

    def _judged(self, transaction: Transaction) -> Transaction:
        self._envelope.counted(len(transaction.lines) - 1)
        if self.rules:
            transaction.problems += rules.check(transaction, self.lists)
        if transaction.type == "IDA" and transaction.is_sound:
            self.lists.add(transaction.records[1:])
            self._fields.forget()
        return transaction

    def _finish(self) -> None:
        self.records = sum(self.record_types.values())
        self._envelope.finish(self.records)
        for at in self._lines.too_long:
            self.problems.append(Problem("KORA-LINE-TOO-LONG", WARNING, None, at))
        for at, column in self._lines.with_nul.items():
            self.problems.append(Problem("KORA-NUL", WARNING, None, at, column))


def lines_of(stream: BinaryIO) -> Lines:
    """The lines, whatever letters they happen to hold: columns are bytes, so two bytes are never one character."""
    lines = Lines(stream)
    lines.encoding = {"utf-8": "cp1252", "utf-8-sig": "cp1252-bom"}.get(lines.encoding, lines.encoding)
    return lines


def read(stream: BinaryIO, lists: CodeLists | None = None) -> Iterator[Transaction]:
    """The transactions of a file; use :class:`Reader` to know more about it."""
    return iter(Reader(stream, lists))


def _unknown(tag: str, number: int) -> Problem:
    params = {"record": tag.strip() or "?", "expected": " ".join(SHAPES)}
    return Problem("KORA-IPI-UNKNOWN", ERROR, "TR", number, 1, "record_type", tag, params, tag)


def _too_long(tag: str, line: str, width: int, number: int) -> Problem:
    value = line[width:].strip()[:80]
    return Problem("KORA-IPI-LONGER", WARNING, None, number, width + 1, None, value, {"record": tag}, tag)
