"""What reading a file gives, whatever its form: transactions with their problems, and where things stand."""

from collections.abc import Callable
from dataclasses import dataclass, field

from formats.fixed_width import Record
from formats.iswc.transactions import Transaction
from formats.problems import Problem

Where = tuple[str | int, ...]
"""A value within a transaction: ``("parties", 0, "role")``."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value stands in its file. Lines and columns count from 1; JSON has neither, EDI no path."""

    line: int | None
    column: int | None
    field: str
    raw: str | None
    record: str | None


@dataclass(slots=True)
class Entry:
    """One transaction of a file."""

    transaction: Transaction
    spot: Callable[[Where], Spot]
    """Where a value of the transaction stands, or should."""
    group: int | str = 0
    """Number in EDI, name in JSON."""
    sequence: int = 0
    line: int | None = None
    problems: list[Problem] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    """In EDI, header first."""
    lines: dict[int, str] = field(default_factory=dict)
    """In EDI, by their numbers."""

    @property
    def type(self) -> str:
        """The transaction type as EDI names it."""
        return self.transaction.tag

    @property
    def status(self) -> str | None:
        """FA, PA or RJ where this is an answer."""
        return getattr(self.transaction, "status", None)


@dataclass(slots=True)
class Group:
    """A group as counted, whatever its trailer says; ``records`` are lines in EDI and transactions in JSON."""

    type: str
    id: int
    transactions: int = 0
    records: int = 0
