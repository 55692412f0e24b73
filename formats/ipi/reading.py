"""Reading IPI files, one transaction at a time, in constant memory.

Lines are read by position and trimmed: the register pads them to 206 or 210 columns, other senders cut them after the
last character. A bad line stops nothing.
"""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from formats.fixed_width import Record, Unfit
from formats.ipi import rules
from formats.ipi.envelope import Envelope
from formats.ipi.fields import Fields
from formats.ipi.lists import CodeLists
from formats.ipi.standard import CONTROLS, SHAPES, VERSION
from formats.ipi.transaction import Group, Transaction
from formats.lines import Lines
from formats.problems import ERROR, WARNING, Problem


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
        envelope = self._envelope
        for tag, record, line, number, problems in self._parsed():
            if tag in SHAPES or tag in CONTROLS:
                if transaction is not None:
                    yield self._judged(transaction)
                    transaction = None
                if record is None:
                    continue
                if tag in CONTROLS:
                    self.problems += problems
                    envelope.control(tag, record)
                    continue
                transaction = Transaction(tag, [record], line=number, problems=list(problems), lines=[line])
                envelope.opened(record, transaction)
            elif transaction is None:
                self.problems += problems
                envelope.stray(tag, number)
            else:
                envelope.counted()
                transaction.lines.append(line)
                if problems:
                    transaction.problems += problems
                if record is not None:
                    transaction.records.append(record)
                    envelope.detail(record)
        if transaction is not None:
            yield self._judged(transaction)
        self._finish()

    def _parsed(self) -> Iterator[tuple[str, Record | None, str, int, list[Problem]]]:
        """Every line with its record; None for a line of no type that we know."""
        parsers, widths, seen = self._fields.parsers, self._fields.widths, self.record_types
        nothing: list[Problem] = []
        for number, line in self._lines:
            tag = line[:3]
            parse = parsers.get(tag)
            if parse is None:
                if not line.strip():
                    seen[""] += 1
                    continue
                seen[tag] += 1
                yield tag, None, line, number, [_unknown(tag, number)]
                continue
            seen[tag] += 1
            try:
                record, problems = parse(line, number), nothing
            except Unfit:
                record, problems = self._fields.diagnose(tag, line, number)
            width = widths[tag]
            if len(line) > width and not line[width:].isspace():
                problems = [*problems, _too_long(tag, line, width, number)]
            yield tag, record, line, number, problems

    def _judged(self, transaction: Transaction) -> Transaction:
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
