"""Looking at a file before anything is taken in: what it is, what it holds, what is wrong with it."""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from formats.check import Findings, version_not_read
from formats.cwr import ReadContext, Reader
from formats.detect import detect
from formats.problems import ERROR, WARNING, Problem
from local_node.imports import rules


@dataclass(slots=True)
class Looked:
    """What one pass over the file found. ``readable`` is false for a file that cannot be imported at all."""

    readable: bool
    format: str | None = None
    version: str | None = None
    encoding: str | None = None
    sender: str = ""
    sender_name: str = ""
    records: int = 0
    transactions: int = 0
    found: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    refused: list[rules.Range] = field(default_factory=list)


def look(stream: BinaryIO, societies: Container[str] | None = None) -> Looked:
    """Read a seekable stream once, in constant memory."""
    detected = detect(stream)
    if detected is None or detected.format != "cwr":  # the register and other partners send no works
        return _unreadable(None, None, Problem("KORA-UNKNOWN-FORMAT", line=1))
    if not detected.readable:
        return _unreadable(detected.format, detected.version, version_not_read(detected))
    reader = Reader(stream, "import", ReadContext(societies))
    count = _Count()
    for transaction in reader:
        count.add(transaction)
    count.findings.add(reader.problems)
    ranges = rules.refused_lines(reader.problems, count.group_starts)
    header = reader.header
    return Looked(
        readable=True,
        format="cwr",
        version=reader.version,
        encoding=reader.encoding,
        sender=rules.sender_of(header)[:20],
        sender_name=(header.sender_name if header is not None else None) or "",
        records=reader.records,
        transactions=count.transactions,
        found=count.numbers | {"errors": count.findings.totals[ERROR], "warnings": count.findings.totals[WARNING]},
        problems=count.findings.listed(),
        refused=ranges,
    )


def _unreadable(format: str | None, version: str | None, problem: Problem) -> Looked:
    return Looked(False, format, version, found={"errors": 1, "warnings": 0}, problems=[problem])


class _Count:
    """Transactions as they pass by."""

    def __init__(self) -> None:
        self.transactions = 0
        self.numbers = dict.fromkeys(("works", "agreements", "others", "refused", "warned"), 0)
        self.findings = Findings()
        self.group_starts: list[int] = []
        self._group: int | None = None

    def add(self, transaction: Any) -> None:
        self.transactions += 1
        if transaction.group != self._group:
            self._group = transaction.group
            self.group_starts.append(transaction.line)
        kind = "works" if transaction.type in rules.WORKS else "agreements" if transaction.type == "AGR" else "others"
        self.numbers[kind] += 1
        if kind == "works":
            state = "refused" if rules.holds_back(transaction) else "warned" if transaction.problems else None
            if state:
                self.numbers[state] += 1
        self.findings.add(transaction.problems)
