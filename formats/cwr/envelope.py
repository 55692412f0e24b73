"""Header, groups and trailer of a file: what they must say, and how transactions and lines are numbered in them.

Source: CISAC CWR11-1991R4, section 3 and the validation of HDR, GRH, GRT and TRL; what real files do differently
is tolerated on import.
"""

from collections.abc import Container, Mapping

from formats.cwr import standard
from formats.cwr.standard import enforces
from formats.cwr.transaction import Group, Transaction
from formats.fixed_width import Record
from formats.problems import WARNING, Problem, level_of

_SENDERS = frozenset({"PB", "SO", "WR", "AA"})


class Envelope:
    """Where the reader stands in a file, and the problems of its structure."""

    def __init__(self, problems: list[Problem], *, lenient: bool, societies: Container[str] | None) -> None:
        self.version = "2.1"
        self.header: Record | None = None
        self.trailer: Record | None = None
        self.groups: list[Group] = []
        self.open = True
        """Lines may still come: no TRL yet."""
        self._problems = problems
        self._lenient = lenient
        self._societies = societies
        self._group: Group | None = None
        self._before = ""
        self._last_line = 0
        self._transaction = -1
        self._record = 0
        self._told: set[tuple[str, str]] = set()
        self._first_control = True

    def fault(self, code: str, line: int | None, record: str | None = None, **params: object) -> None:
        """A rule about file or group is broken."""
        effect = standard.rules()[code].effects.get(self.version, "ER")
        self._problems.append(Problem(code, level_of(effect), effect, line, params=params, record=record))

    def _wrong(self, code: str, record: Record, field: str, **params: object) -> None:
        """A field of a control record breaks a rule about file or group."""
        effect = standard.rules()[code].effects.get(self.version, "ER")
        said = getattr(record, field)
        value = None if said is None else str(said)
        params = {"field": field, "value": value or "", **params}
        place = (record.line, record.FIELDS[field].column, field, value)
        self._problems.append(Problem(code, level_of(effect), effect, *place, params, record.record_type))

    def tolerate(self, code: str, line: int, record: str, about: str = "") -> None:
        """What the standard refuses and real files do, told once for a record type or a group."""
        if (code, about or record) not in self._told:
            self._told.add((code, about or record))
            self._problems.append(Problem(code, WARNING, None, line, record=record))

    def _told_to(self, transaction: Transaction, code: str, record: Record, field: str, found: object) -> None:
        effect = standard.rules()[code].effects[self.version]
        params = {"field": field, "value": str(found)}
        column = record.FIELDS[field].column
        value = f"{found:08d}" if isinstance(found, int) else None
        transaction.problems.append(
            Problem(code, level_of(effect), effect, record.line, column, field, value, params, record.record_type)
        )

    # -- lines ----------------------------------------------------------------------------------------------------

    @enforces("FIL-F-001", "FIL-F-009")
    def length(self, tag: str, line: str, number: int, width: int) -> None:
        """A line that is not as long as its layout: refused in strict reading, else told once for a record type."""
        if not self._lenient:
            self.fault("FIL-F-009", number, tag, length=len(line), expected=width)
        elif len(line.rstrip()) > width or (tag not in {"HDR", "GRH", "GRT"} and (tag, "") not in self._told):
            self._told.add((tag, ""))
            self.tolerate("FIL-F-009", number, tag)

    def stray(self, tag: str, line: str, number: int) -> None:
        """A line outside every transaction."""
        self.counted()
        if self._before == "TRL":
            self.fault("FIL-E-005", number, tag)
        elif self._before == "GRH":
            self.fault("FIL-E-006", number, tag)
        elif self._before == "GRT":
            self.fault("FIL-E-007", number, tag)
        elif self._before == "HDR":
            self.fault("FIL-E-003", number, tag)
        else:
            self.fault("FIL-E-002", number, tag)
        self._before = self._before or "?"

    def counted(self) -> None:
        """One more line of the open group."""
        if self._group is not None:
            self._group.records += 1

    # -- control records ------------------------------------------------------------------------------------------

    def control(self, tag: str, record: Record, number: int) -> None:
        """Take HDR, GRH, GRT or TRL."""
        if self._before == "TRL":
            self.fault("FIL-E-008" if tag in {"HDR", "TRL"} else "FIL-E-005", number, tag)
        {"HDR": self._on_header, "GRH": self._on_group, "GRT": self._on_group_end, "TRL": self._on_trailer}[tag](
            record, number
        )
        self._before = tag
        self._last_line = number

    @enforces("FIL-E-001", "FIL-E-002", "FIL-E-008", "FIL-E-009", "HDR-F-001", "HDR-F-002", "HDR-F-004", "HDR-F-006")
    @enforces("HDR-F-009", "HDR-F-010", "HDR-F-011", "HDR-F-014", "HDR-F-015", "FIL-E-010", "HDR-F-016")
    def _on_header(self, record: Record, number: int) -> None:
        if self.header is not None:
            self.fault("FIL-E-008", number, "HDR")
            return
        self.header = record
        kind = record.sender_type or ""
        if kind not in _SENDERS and not (self.version == "2.2" and kind.isdigit()):
            self._header_fault("HDR-F-002", "sender_type", kind)
        if kind == "SO":
            self._society(record)
        if record.edi_standard_version != "01.10":
            self._header_fault("HDR-F-009", "edi_standard_version", record.edi_standard_version)
        for code, field in (("HDR-F-010", "creation_date"), ("HDR-F-010", "creation_time")):
            if getattr(record, field) is None:
                self._header_fault(code, field, None)
        if record.transmission_date is None:
            self._header_fault("HDR-F-011", "transmission_date", None)
        named = record.character_set
        if named is not None and named not in standard.codes("character_set", self.version):
            self._header_fault("HDR-F-014", "character_set", named)
        if self.version == "2.2":
            if record.version not in (None, "2.2"):
                self._header_fault("HDR-F-015", "version", record.version)
            if record.revision not in (None, 1, 2):
                self._header_fault("HDR-F-016", "revision", record.revision)

    def _society(self, record: Record) -> None:
        code = (record.sender_id or "").lstrip("0").zfill(3)
        name = standard.society_names().get(code)
        if name is None and isinstance(self._societies, Mapping):
            name = self._societies.get(code)
        if name is None:
            if self._societies is None or code not in self._societies:
                self._header_fault("HDR-F-004", "sender_id", record.sender_id)
        elif record.sender_name != name.upper():
            if self._lenient:
                self.tolerate("HDR-F-006", record.line, "HDR")
            else:
                self._header_fault("HDR-F-006", "sender_name", record.sender_name)

    def _header_fault(self, code: str, field: str, value: object) -> None:
        header = self.header
        if header is None or any(each.field == field and each.line == header.line for each in self._problems):
            return  # the field itself was found wrong when it was read
        effect = standard.rules()[code].effects.get(self.version, "ER")
        said = "" if value is None else str(value)
        params = {"field": field, "value": said, "condition": "given" if value is None else "in_table"}
        column = header.FIELDS[field].column
        self._problems.append(Problem(code, level_of(effect), effect, header.line, column, field, said, params, "HDR"))

    @enforces("FIL-E-003", "FIL-E-004", "GRH-F-001", "GRH-F-002", "GRH-F-003", "GRH-F-004", "GRH-F-005")
    def _on_group(self, record: Record, number: int) -> None:
        if self._group is not None:
            self.fault("FIL-E-004", number, "GRH")
        elif self._before not in {"HDR", "GRT"}:
            self.fault("FIL-E-002" if not self._before else "GRH-F-003", number, "GRH")
        kind = record.transaction_type or ""
        known = standard.codes("transaction_type", self.version) | {"EXC"}
        if kind not in known:
            self._wrong("GRH-F-001", record, "transaction_type")
        if record.group_id != len(self.groups) + 1:
            self._wrong("GRH-F-002", record, "group_id")
        if record.version_number != standard.GROUP_VERSION[self.version]:
            self._wrong("GRH-F-004", record, "version_number")
        if any(group.type == kind for group in self.groups):
            self._wrong("GRH-F-005", record, "transaction_type")
        self._group = Group(kind, record.group_id or 0, 0, 1)
        self.groups.append(self._group)
        self._transaction = -1

    @enforces("FIL-E-006", "FIL-E-007", "GRT-F-001", "GRT-F-002", "GRT-F-003")
    def _on_group_end(self, record: Record, number: int) -> None:
        group = self._group
        if group is None:
            self.fault("FIL-E-007" if self._before == "GRT" else "FIL-E-003", number, "GRT")
            return
        if self._before == "GRH" and not group.transactions:
            self.fault("FIL-E-006", number, "GRT")
        group.records += 1
        if record.group_id != group.id:
            self._wrong("GRT-F-001", record, "group_id", expected=group.id)
        if record.transaction_count != group.transactions:
            self._wrong("GRT-F-002", record, "transaction_count", expected=group.transactions)
        if record.record_count != group.records:
            self._wrong("GRT-F-003", record, "record_count", expected=group.records)
        self._group = None

    def _on_trailer(self, record: Record, number: int) -> None:
        if self.trailer is not None:
            return
        if self._before == "HDR":
            self.fault("FIL-E-003", number, "TRL")
        elif self._group is not None:
            self.fault("FIL-E-007", number, "TRL")
        self.trailer = record
        self.open = False

    @enforces("FIL-E-005", "TRL-F-001", "TRL-F-002", "TRL-F-003")
    def finish(self, records: int) -> None:
        """The end of the file: what only its whole can tell."""
        if self.header is None:
            self.fault("FIL-E-002", 1)
        if self.trailer is None:
            self.fault("FIL-E-005", records or None)
            return
        transactions = sum(group.transactions for group in self.groups)
        counted = (
            ("TRL-F-001", "group_count", len(self.groups)),
            ("TRL-F-002", "transaction_count", transactions),
            ("TRL-F-003", "record_count", records),
        )
        for code, field, expected in counted:
            if getattr(self.trailer, field) != expected:
                self._wrong(code, self.trailer, field, expected=expected)

    # -- transactions ---------------------------------------------------------------------------------------------

    def opened(self, number: int) -> int:
        """A transaction begins; returns the number of its group."""
        if self._group is None:
            code = "FIL-E-002" if not self._before else "FIL-E-003" if self._before == "HDR" else "FIL-E-007"
            self.fault(code, number)
            return 0
        self._group.transactions += 1
        self._group.records += 1
        self._before = "transaction"
        return self._group.id

    @enforces("FIL-F-002", "FIL-F-003", "FIL-F-005", "FIL-F-007", "NWR-T-001", "NWR-T-022", "AGR-T-001", "AGR-T-006")
    @enforces("ACK-T-001", "ACK-T-004")
    def first(self, record: Record, transaction: Transaction) -> None:
        """Number and group of a transaction's header."""
        tag, kind = record.record_type, self._group.type if self._group else None
        if kind is not None and kind != tag:
            code = {"AGR": "AGR-T-006", "ACK": "ACK-T-004"}.get(tag, "NWR-T-022")
            self._told_to(transaction, code, record, "transaction_sequence", kind)
        number, before = record.transaction_sequence, self._transaction
        if number is None or number <= before:
            self._told_to(transaction, "FIL-F-003", record, "transaction_sequence", number)
            if not self._lenient and number is not None:
                self._told_to(transaction, "FIL-F-007", record, "transaction_sequence", number)
        elif number != before + 1:
            code = "FIL-F-002" if before < 0 else "FIL-F-003"
            if self._lenient:
                self.tolerate(code, record.line, tag, str(transaction.group))
            else:
                self._told_to(transaction, code, record, "transaction_sequence", number)
        if number is not None:
            self._transaction = number
        if record.record_sequence != 0:
            if self._lenient and record.record_sequence is not None:
                self.tolerate("FIL-F-005", record.line, tag, str(transaction.group))
            else:
                self._told_to(transaction, "FIL-F-005", record, "record_sequence", record.record_sequence)
        self._record = record.record_sequence or 0

    @enforces("FIL-F-004", "FIL-F-006", "FIL-F-008")
    def sequence(self, record: Record, transaction: Transaction) -> None:
        """Number of a line within its transaction."""
        number = record.record_sequence
        if record.transaction_sequence != self._transaction:
            found = record.transaction_sequence
            self._told_to(transaction, "FIL-F-004", record, "transaction_sequence", found)
            if not self._lenient:
                self._told_to(transaction, "FIL-F-008", record, "transaction_sequence", found)
        if number != self._record + 1:
            if self._lenient and number is not None and number > self._record:
                self.tolerate("FIL-F-006", record.line, record.record_type, str(transaction.group))
            else:
                self._told_to(transaction, "FIL-F-006", record, "record_sequence", number)
        self._record = number if number is not None else self._record + 1
