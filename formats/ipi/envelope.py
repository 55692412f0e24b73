"""Header, groups and trailer of a file: where they stand, and whether what they count is there.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3, transmission and groups.
"""

from formats.fixed_width import Record
from formats.ipi.standard import SHAPES, VERSION
from formats.ipi.transaction import Group, Transaction
from formats.problems import ERROR, WARNING, Problem


class Envelope:
    """Where the reader stands in a file, and the problems of its structure."""

    def __init__(self, problems: list[Problem]) -> None:
        self.header: Record | None = None
        self.trailer: Record | None = None
        self.groups: list[Group] = []
        self._problems = problems
        self._group: Group | None = None
        self._before = ""
        self._transaction = -1
        self._told: set[tuple[int, str]] = set()

    @property
    def open(self) -> bool:
        """Lines may still come: no TRL yet."""
        return self.trailer is None

    def control(self, tag: str, record: Record) -> None:
        """Take HDR, GRH, GRT or TRL."""
        {"HDR": self._on_header, "GRH": self._on_group, "GRT": self._on_group_end, "TRL": self._on_trailer}[tag](record)
        self._before = tag

    def _on_header(self, record: Record) -> None:
        if self._before:
            self._misplaced(record, "GRH GRT")
            return
        self.header = record
        if record.version != VERSION:
            self._differs(record, "version", record.version, VERSION)

    def _on_group(self, record: Record) -> None:
        if self._before not in {"HDR", "GRT"} or self._group is not None:
            self._misplaced(record, "GRT" if self._group else "HDR")
        kind = record.transaction_type or ""
        if kind not in SHAPES:
            self._differs(record, "transaction_type", kind, " ".join(SHAPES))
        if record.group_id != len(self.groups) + 1:
            self._differs(record, "group_id", record.group_id, len(self.groups) + 1, level=WARNING)
        self._group = Group(kind, record.group_id or 0, 0, 1)
        self.groups.append(self._group)
        self._transaction = -1

    def _on_group_end(self, record: Record) -> None:
        group = self._group
        if group is None:
            self._misplaced(record, "GRH TRL")
            return
        group.records += 1
        self._count(record, "group_id", group.id)
        self._count(record, "transaction_count", group.transactions)
        self._count(record, "record_count", group.records)
        self._group = None

    def _on_trailer(self, record: Record) -> None:
        if self.trailer is not None or self._group is not None or self._before not in {"GRT", "HDR"}:
            self._misplaced(record, "GRT")
        self.trailer = self.trailer or record

    def finish(self, records: int) -> None:
        """The end of the file: what only its whole can tell."""
        if self.header is None:
            self._lacks("HDR", 1)
        trailer = self.trailer
        if trailer is None:
            self._lacks("TRL", records or None)
            return
        self._count(trailer, "group_count", len(self.groups))
        self._count(trailer, "transaction_count", sum(group.transactions for group in self.groups))
        self._count(trailer, "record_count", records)

    def opened(self, transaction: Transaction) -> None:
        """A transaction begins."""
        group = self._group
        if group is None:
            self._misplaced(transaction.header, "GRH")
        else:
            group.transactions += 1
            group.records += 1
            transaction.group = group.id
            if group.type != transaction.type:
                transaction.problems.append(_wrong(transaction.header, "record_type", transaction.type, group.type))
        self._transaction += 1
        if transaction.lines[0][3:19] != f"{self._transaction:08d}00000000":
            header = transaction.header
            self._number(header, "transaction_seq", self._transaction)
            self._number(header, "detail_seq", 0)
            self._transaction = self._transaction if header.transaction_seq is None else header.transaction_seq
        transaction.sequence = self._transaction

    def misnumbered(self, record: Record, place: int) -> None:
        """A line within the open transaction that seems not to bear the numbers of its place."""
        self._number(record, "transaction_seq", self._transaction)
        self._number(record, "detail_seq", place)

    def counted(self, lines: int = 1) -> None:
        """More lines of the open group."""
        if self._group is not None:
            self._group.records += lines

    def stray(self, tag: str, line: int) -> None:
        """A line outside every transaction."""
        self.counted()
        params = {"record": tag.strip() or "?", "expected": "GRH" if self._group is None else "HDR"}
        self._problems.append(Problem("KORA-IPI-ORDER", ERROR, "ER", line, 1, "record_type", tag, params, tag))

    # -- problems -------------------------------------------------------------------------------------------------

    def _number(self, record: Record, field: str, expected: int) -> None:
        """Numbers out of line are told once a group and record type: nothing is found by them."""
        found, about = getattr(record, field), (len(self.groups), f"{record.record_type} {field}")
        if found != expected and about not in self._told:
            self._told.add(about)
            self._differs(record, field, found, expected, level=WARNING)

    def _count(self, record: Record, field: str, counted: int) -> None:
        found = getattr(record, field)
        if found != counted:
            self._differs(record, field, found, counted, code="KORA-IPI-COUNT")

    def _differs(
        self, record: Record, field: str, found: object, expected: object, *, level: str = ERROR,
        code: str = "KORA-IPI-VALUE",
    ) -> None:  # fmt: skip
        self._problems.append(_wrong(record, field, found, expected, level=level, code=code, effect="ER"))

    def _misplaced(self, record: Record, expected: str) -> None:
        tag = record.record_type
        params = {"record": tag, "expected": expected}
        self._problems.append(Problem("KORA-IPI-ORDER", ERROR, "ER", record.line, 1, "record_type", tag, params, tag))

    def _lacks(self, tag: str, line: int | None) -> None:
        params = {"expected": tag}
        self._problems.append(Problem("KORA-IPI-LACKS", ERROR, "ER", line, params=params, record=tag))


def _wrong(
    record: Record, field: str, found: object, expected: object, *, level: str = ERROR, code: str = "KORA-IPI-VALUE",
    effect: str = "TR",
) -> Problem:  # fmt: skip
    value = "" if found is None else str(found)
    column = 1 if field == "record_type" else record.FIELDS[field].column
    params = {"field": field, "value": value, "expected": str(expected), "record": record.record_type}
    return Problem(
        code, level, effect if level == ERROR else None, record.line, column, field, value, params, record.record_type
    )
