"""What reading an IPI file gives: transactions with their problems, and groups with their counts."""

from dataclasses import dataclass, field

from formats.fixed_width import Record
from formats.problems import Problem, rejects


@dataclass(slots=True)
class Transaction:
    """One transaction: ``records`` begin with its header, ``lines`` are the original ones.

    ``line`` is the number of the first, ``group`` and ``sequence`` its place as the file counts.
    """

    type: str
    records: list[Record]
    group: int = 0
    sequence: int = 0
    line: int = 0
    problems: list[Problem] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def header(self) -> Record:
        """The first record."""
        return self.records[0]

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
