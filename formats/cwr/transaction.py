"""What reading a CWR file gives: transactions with their problems, and groups with their counts."""

from dataclasses import dataclass, field

from formats.fixed_width import Record
from formats.problems import Problem


@dataclass(slots=True)
class Transaction:
    """One transaction: a work (NWR, REV, ISW), an agreement (AGR) or an answer (ACK).

    Of an answer ``records`` are the ACK and its messages, ``echo`` the transaction it repeats, and ``conflicts`` works
    of others, each a list that begins with its EXC. ``lines`` are the original lines, ``line`` the number of the first.
    """

    type: str
    records: list[Record]
    echo: list[Record] = field(default_factory=list)
    conflicts: list[list[Record]] = field(default_factory=list)
    group: int = 0
    sequence: int = 0
    line: int = 0
    problems: list[Problem] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    @property
    def header(self) -> Record:
        """The first record."""
        return self.records[0]


@dataclass(slots=True)
class Group:
    """A group as counted, whatever its trailer says; ``records`` are its lines, GRH and GRT included."""

    type: str
    id: int
    transactions: int = 0
    records: int = 0
