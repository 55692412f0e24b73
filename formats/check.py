"""What stands in a file and what is wrong with it: the answer of ``kora formats check``, without words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

from formats import cwr, ipi
from formats.cwr import ReadContext
from formats.detect import Detected, detect
from formats.iswc import edi as iswc_edi
from formats.iswc import json as iswc_json
from formats.iswc.entries import Entry
from formats.problems import ERROR, WARNING, Problem

MOST_LISTED = 1000


class CountedGroup(Protocol):
    """A group of a file as its reader counted it."""

    type: str
    id: int
    transactions: int
    records: int


READERS: Mapping[str, Callable[[BinaryIO, str, ReadContext | None], Any]] = {
    "cwr": cwr.Reader,
    "ipi": lambda stream, profile, context: ipi.Reader(stream),
    "iswc-edi": lambda stream, profile, context: iswc_edi.Reader(stream, profile),
    "iswc-json": lambda stream, profile, context: iswc_json.Reader(stream, profile),
}
"""Format to what reads it, given the stream, the profile of reading and what is known beside the file."""


@dataclass(slots=True)
class Report:
    """Counts are counted, not those the file declares. ``records`` are physical lines."""

    format: str | None
    version: str | None = None
    encoding: str | None = None
    records: int = 0
    record_types: dict[str, int] = field(default_factory=dict)
    groups: Sequence[CountedGroup] = field(default_factory=list)
    transactions: int = 0
    acknowledgements: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    """At most MOST_LISTED, errors first, then by line."""
    totals: dict[str, int] = field(default_factory=lambda: {ERROR: 0, WARNING: 0})
    not_checked: dict[str, int] = field(default_factory=dict)
    """Rule to how often it could not be asked, because what it must know is not loaded."""


class Findings:
    """Problems counted, and kept as far as they will be listed."""

    def __init__(self) -> None:
        self.totals = {ERROR: 0, WARNING: 0}
        self._kept: dict[str, list[Problem]] = {ERROR: [], WARNING: []}

    def add(self, problems: Iterable[Problem]) -> None:
        """Count problems, keeping the first of each level."""
        for problem in problems:
            self.totals[problem.level] += 1
            if len(self._kept[problem.level]) < MOST_LISTED:
                self._kept[problem.level].append(problem)

    def listed(self) -> list[Problem]:
        """The problems to show: errors first, each level in the order of its lines."""
        in_order = [sorted(self._kept[level], key=_line) for level in (ERROR, WARNING)]
        return [problem for level in in_order for problem in level][:MOST_LISTED]


def _line(problem: Problem) -> int:
    return problem.line or 0


def check(
    stream: BinaryIO, *, profile: str = "import", context: ReadContext | None = None, wanted: str | None = None
) -> Report:
    """Read a seekable stream to its end, as the format ``wanted`` or as the one it seems to have.

    What is none of our formats has format None and one problem that says so.
    """
    detected = Detected(wanted, None, True) if wanted else detect(stream)
    if detected is None:
        return _refused(Report(None), Problem("KORA-UNKNOWN-FORMAT", line=1))
    if not detected.readable:
        return _refused(Report(detected.format, detected.version), version_not_read(detected))
    reader = READERS[detected.format](stream, profile, context)
    findings, answers, transactions = Findings(), Counter[str](), 0
    for transaction in reader:
        transactions += 1
        if transaction.problems:
            findings.add(transaction.problems)
        if transaction.type == "ACK":
            answers[_status(transaction)] += 1
    findings.add(reader.problems)
    return Report(
        format=detected.format,
        version=reader.version,
        encoding=reader.encoding,
        records=reader.records,
        record_types=dict(reader.record_types),
        groups=reader.groups,
        transactions=transactions,
        acknowledgements=dict(sorted(answers.items())),
        problems=findings.listed(),
        totals=findings.totals,
        not_checked=dict(sorted(getattr(reader, "not_checked", {}).items())),
    )


def _status(answer: Any) -> str:
    said = answer.status if isinstance(answer, Entry) else answer.records[0].transaction_status
    return said or ""


def version_not_read(detected: Detected) -> Problem:
    """The problem of a file in a version that Kora does not read, where the file names it."""
    params = {"version": detected.version or ""}
    return Problem("KORA-VERSION-NOT-READ", ERROR, None, detected.line, detected.column, params=params)


def _refused(report: Report, problem: Problem) -> Report:
    report.problems = [problem]
    report.totals[ERROR] = 1
    return report
