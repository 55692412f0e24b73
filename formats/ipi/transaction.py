"""What reading an IPI file gives: transactions with their problems, and groups with their counts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from formats.fixed_width import Record
from formats.problems import Problem, rejects

Read = Callable[[str, str, int], Record]
"""Record type, line and its number to the record."""


@dataclass(slots=True)
class Transaction:
    """One transaction: its original lines, and the number of the first. ``group`` and ``sequence`` say its place.

    Records are made when they are asked for, because who copies the register needs few of them.
    """

    type: str
    line: int
    lines: list[str]
    read: Read
    group: int = 0
    sequence: int = 0
    problems: list[Problem] = field(default_factory=list)
    strangers: set[int] = field(default_factory=set)
    """Numbers of lines whose type the format does not have."""
    _records: list[Record] | None = None
    _header: Record | None = None

    @property
    def records(self) -> list[Record]:
        """All records, the header first; lines of no known type have none."""
        if self._records is None:
            self._records = [
                self.read(line[:3], line, number)
                for number, line in enumerate(self.lines, self.line)
                if number not in self.strangers
            ]
        return self._records

    @property
    def header(self) -> Record:
        """The first record."""
        if self._records is None and self._header is None:
            self._header = self.read(self.type, self.lines[0], self.line)
        return self._records[0] if self._records is not None else cast(Record, self._header)

    @property
    def is_sound(self) -> bool:
        """Nothing in it is so wrong that it must not be applied."""
        return not (self.problems and rejects(self.problems))


@dataclass(slots=True)
class Group:
    """A group as counted, whatever its trailer says; ``records`` are its lines, GRH and GRT included."""

    type: str
    id: int
    transactions: int = 0
    records: int = 0
