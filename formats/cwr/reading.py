"""Reading CWR 2.1 and 2.2, one transaction at a time, in constant memory.

``strict`` reads what we write and what our simulated partners get. ``import`` tolerates what real files do (record
sequences running on through a group, later groups that go on counting, lines cut after their last character) and says
so once for each group or record type.
"""

from collections import Counter
from collections.abc import Callable, Container, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

from formats.cwr import agreements, answers, standard, works
from formats.cwr.envelope import Envelope
from formats.cwr.faults import Faults
from formats.cwr.fields import Fields
from formats.cwr.standard import enforces
from formats.cwr.transaction import Group, Transaction
from formats.fixed_width import Record, Unfit
from formats.lines import LONGEST_LINE, Lines
from formats.problems import WARNING, Problem

PROFILES = ("import", "strict")
WORKS = frozenset({"NWR", "REV", "ISW"})
OPENERS = frozenset({"AGR", "NWR", "REV", "ISW", "EXC", "ACK"})
CONTROLS = frozenset({"HDR", "GRH", "GRT", "TRL"})


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What the reader knows beside the file.

    ``societies`` are codes valid beside those of the standard's table; ``accepted`` tells for a submitter work number
    whether this submitter's work was accepted before, which NWR-T-013 refuses.
    """

    societies: Container[str] | None = None
    accepted: Callable[[str], bool] | None = None


class Reader:
    """Iterate over it once for the transactions; the rest is known when the iteration has passed it.

    ``header`` and ``trailer`` are the HDR and TRL records, ``groups`` the groups as counted, ``problems`` what concerns
    the file or a group, ``record_types`` counts physical lines by type, ``records`` all of them. With ``rules=False``
    only layouts and sequences are looked at. Raises ValueError for an unknown profile.
    """

    def __init__(
        self,
        stream: BinaryIO,
        profile: str = "import",
        context: ReadContext | None = None,
        *,
        rules: bool = True,
    ) -> None:
        if profile not in PROFILES:
            raise ValueError(f"no profile of reading: {profile}")
        self.lenient = profile == "import"
        self.context = context or ReadContext()
        self.rules = rules
        self._lines = Lines(stream)
        self.encoding = self._lines.encoding
        self.version = "2.1"
        self.record_types: Counter[str] = Counter()
        self.records = 0
        self.problems: list[Problem] = []
        self._envelope = Envelope(self.problems, lenient=self.lenient, societies=self.context.societies)
        self._numbers: set[str] = set()
        self._quoted: Counter[str] = Counter()
        self._covers: dict[str, tuple[int, int]] = {}
        self._day = datetime.now(UTC).date()

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
        for tag, record, line, number, problems in self._parsed():
            if tag in CONTROLS or (tag in OPENERS and not _continues(transaction, tag, record)):
                if transaction is not None:
                    yield self._judged(transaction)
                    transaction = None
                if tag in CONTROLS:
                    self._control(tag, record, number, problems)
                elif record is not None:
                    transaction = self._opened(tag, record, line, number, problems)
                continue
            if transaction is None:
                self._envelope.stray(tag, line, number)
                continue
            transaction.problems += problems
            transaction.lines.append(line)
            self._envelope.counted()
            if record is not None:
                self._envelope.sequence(record, transaction)
                _place(transaction, tag, record)
        if transaction is not None:
            yield self._judged(transaction)
        self._finish()

    def _parsed(self) -> Iterator[tuple[str, Record | None, str, int, list[Problem]]]:
        """Every line with its record; None for a line that has none or that the standard leaves out (RR)."""
        header: tuple[str, int] | None = None
        parsers: Any = None
        widths: dict[str, int] = {}
        nothing: list[Problem] = []
        seen = self.record_types
        number = 0
        for number, line in self._lines:
            tag = line[:3]
            if header is not None or parsers is None:
                if tag == "HDR" and header is None and parsers is None:
                    header = (line, number)  # its layout depends on the version, which the next line tells
                    continue
                fields = self._fields_of(header, line)
                parsers = fields.parsers
                widths = {each: record.WIDTH for each, record in standard.layouts(self.version).items()}
                if header is not None:
                    seen["HDR"] += 1
                    yield self._slowly(fields, "HDR", *header)
                    header = None
            parse = parsers.get(tag)
            if parse is None:
                if not line.strip() and not self._envelope.open:
                    seen[""] += 1
                    continue
                seen[tag] += 1
                yield tag, None, line, number, [self._unknown(tag, line, number)]
                continue
            seen[tag] += 1
            if len(line) != widths[tag]:
                self._envelope.length(tag, line, number, widths[tag])
            try:
                yield tag, parse(line, number), line, number, nothing
            except Unfit:
                yield self._slowly(fields, tag, line, number)
        if header is not None:
            seen["HDR"] += 1
            yield self._slowly(self._fields_of(header, ""), "HDR", *header)
        self.records = sum(seen.values())
        for at in self._lines.too_long:
            self.problems.append(Problem("KORA-LINE-TOO-LONG", WARNING, None, at, LONGEST_LINE + 1))
        for at, column in self._lines.with_nul.items():
            self.problems.append(Problem("KORA-NUL", WARNING, None, at, column))
        for at, column in self._lines.in_utf_8.items():
            self.problems.append(Problem("KORA-MIXED-ENCODING", WARNING, None, at, column))

    def _fields_of(self, header: tuple[str, int] | None, line: str) -> Fields:
        self.version = version_of(header[0] if header else "", line)
        self._envelope.version = self.version
        day = header[0][64:72] if header else ""
        if day.isdigit() and len(day) == 8:
            with suppress(ValueError):  # HDR-F-010 says so; territories are then looked at as of today
                self._day = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        return Fields(self.version, lenient=self.lenient, societies=self.context.societies)

    def _slowly(
        self, fields: Fields, tag: str, line: str, number: int
    ) -> tuple[str, Record | None, str, int, list[Problem]]:
        record, problems, dropped = fields.diagnose(tag, line.ljust(record_width(tag, self.version)), number)
        return tag, None if dropped else record, line, number, problems

    def _unknown(self, tag: str, line: str, number: int) -> Problem:
        return Problem("FIL-F-001", "error", "ER", number, 1, "record_type", tag.rstrip(), {"value": tag}, tag)

    def _control(self, tag: str, record: Record | None, number: int, problems: list[Problem]) -> None:
        self.problems += problems
        if record is not None:
            self._envelope.control(tag, record, number)

    def _opened(self, tag: str, record: Record, line: str, number: int, problems: list[Problem]) -> Transaction:
        group = self._envelope.opened(number)
        transaction = Transaction(tag, [record], [], [], group, 0, number, list(problems), [line])
        self._envelope.first(record, transaction)
        transaction.sequence = record.transaction_sequence or 0
        return transaction

    def _judged(self, transaction: Transaction) -> Transaction:
        """The transaction with the rules applied and the lines left out that the standard leaves out."""
        if not self.rules:
            return transaction
        faults = Faults(self.version, transaction.lines, transaction.line, transaction.problems)
        kind = transaction.type
        if kind in WORKS:
            self._known_numbers(transaction, faults)
            works.check(transaction.records, faults, version=self.version, on=self._day)
        elif kind == "AGR":
            agreements.check(transaction.records, faults, version=self.version)
            self._covered(transaction)
        elif kind == "ACK":
            self._answer(transaction, faults)
        if faults.dropped:
            transaction.records = [each for each in transaction.records if each.line not in faults.dropped]
        return transaction

    @enforces("NWR-T-002", "NWR-T-013")
    def _known_numbers(self, transaction: Transaction, faults: Faults) -> None:
        header = transaction.records[0]
        number = header.submitter_work_number
        if number is None or transaction.type == "ISW":
            return
        if number in self._numbers:
            faults("NWR-F-003", header, "submitter_work_number")
        self._numbers.add(number)
        if self._covers:
            self._quotes(transaction)
        if self.context.accepted is None:
            return
        known = self.context.accepted(number)
        if transaction.type == "NWR" and known:
            faults("NWR-T-013", header, "submitter_work_number")
        elif transaction.type == "REV" and not known:
            faults("NWR-T-002", header)

    def _quotes(self, transaction: Transaction) -> None:
        for record in transaction.records:
            if record.record_type in {"SPU", "PWR"} and record.submitter_agreement_number in self._covers:
                self._quoted[record.submitter_agreement_number] += 1
                break

    def _covered(self, transaction: Transaction) -> None:
        header = transaction.records[0]
        if header.submitter_agreement_number and header.number_of_works:
            self._covers[header.submitter_agreement_number] = (header.number_of_works, header.line)

    @enforces("ACK-T-002")
    def _answer(self, transaction: Transaction, faults: Faults) -> None:
        """In an answer that comes from outside, faults of the echoed work are not ours to refuse."""
        if self.lenient:
            inside = {record.line for record in transaction.records}
            transaction.problems[:] = [
                each if each.line in inside else _softened(each) for each in transaction.problems
            ]
        records, echo = transaction.records, transaction.echo
        answers.check(records, faults, echoed=bool(echo), conflicts=transaction.conflicts)
        if not echo and answers.needs_echo(records[0]):
            if self.lenient:
                self._envelope.tolerate("ACK-T-002", records[0].line, "ACK")
            else:
                faults("ACK-T-002", records[0])

    @enforces("AGR-T-004")
    def _finish(self) -> None:
        self._envelope.finish(self.records)
        for number, (covered, line) in self._covers.items():
            if self._quoted[number] > covered:
                params = {"agreement": number, "works": self._quoted[number], "covered": covered}
                level, effect = (WARNING, None) if self.lenient else ("error", "TR")
                self.problems.append(Problem("AGR-T-004", level, effect, line, params=params, record="AGR"))


def read(stream: BinaryIO, profile: str = "import", context: ReadContext | None = None) -> Iterator[Transaction]:
    """The transactions of a file; use :class:`Reader` to know more about it."""
    return iter(Reader(stream, profile, context))


def record_width(tag: str, version: str) -> int:
    """Length of a line in characters."""
    return standard.layouts(version)[tag].WIDTH


def version_of(header: str, line: str) -> str:
    """2.1 or 2.2: the group header says so in columns 12 to 16, else the header of 2.2 does in 102 to 104."""
    if line.startswith("GRH") and line[11:16] in {"02.10", "02.20"}:
        return "2.2" if line[11:16] == "02.20" else "2.1"
    return "2.2" if header[101:104] == "2.2" else "2.1"


def _continues(transaction: Transaction | None, tag: str, record: Record | None) -> bool:
    """True for the echo and the conflicts inside an answer, which go on counting instead of beginning anew."""
    if transaction is None or transaction.type != "ACK" or tag in {"ACK", "ISW"} or record is None:
        return False
    return bool(record.transaction_sequence == transaction.sequence and record.record_sequence)


def _place(transaction: Transaction, tag: str, record: Record) -> None:
    if transaction.type != "ACK":
        transaction.records.append(record)
    elif tag == "EXC":
        transaction.conflicts.append([record])
    elif transaction.conflicts:
        transaction.conflicts[-1].append(record)
    elif tag in OPENERS or transaction.echo:
        if tag == "MSG":
            transaction.records.append(record)  # a message stands before the echoed line it is about
        else:
            transaction.echo.append(record)
    else:
        transaction.records.append(record)


def _softened(problem: Problem) -> Problem:
    return Problem(
        problem.code, WARNING, None, problem.line, problem.column, problem.field, problem.value, problem.params,
        problem.record,
    )  # fmt: skip
