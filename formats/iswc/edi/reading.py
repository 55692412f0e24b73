"""The EDI files of agencies and the ISWC database, read one transaction at a time, in constant memory.

``strict`` wants what the document says; ``import`` tolerates what real files do (numbers beside their place, counts and
numbering that do not fit) and says so once for each kind.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, BinaryIO

from formats.fixed_width import Field, Memo, Record, Unfit, parser
from formats.iswc.edi.places import HEADERS
from formats.iswc.edi.records import LAYOUTS, MergedNumber, RefusalNotice
from formats.iswc.edi.turning import ANSWERS, detail_of, from_records, instant_of, spot
from formats.iswc.entries import Entry, Group, Spot, Where
from formats.iswc.rules import judge
from formats.iswc.transactions import TYPES, Header
from formats.lines import LONGEST_LINE, Lines
from formats.problems import WARNING, Problem, level_of

CONTROLS = frozenset({"HDR", "GRH", "GRT", "TRL"})
OPENERS = frozenset(HEADERS)
JUDGED_BY_RULES = OPENERS - ANSWERS - {"WFT"} | {"CTL", "NAT", "CIP", "DIS", "DER", "PER", "INS", "MLI"}
"""Records whose missing fields have a rule and a code of the agency's own."""
UNKNOWN_RECORD = "IV/09"
NOT_A_VALUE, MISSING = "KORA-NOT-A-VALUE", "KORA-ISWC-MISSING"
STRUCTURE, COUNTS, NUMBERING = "KORA-ISWC-STRUCTURE", "KORA-ISWC-COUNT", "KORA-ISWC-NUMBERING"


class Reader:
    """Iterate over it once for the transactions; the rest is known when the iteration has passed it."""

    def __init__(self, stream: BinaryIO, profile: str = "import", *, rules: bool = True) -> None:
        self.lenient = profile == "import"
        self.rules = rules
        self.not_checked: Counter[str] = Counter()
        self.version = "03.00"
        self.problems: list[Problem] = []
        self.header: Header | None = None
        self.groups: list[Group] = []
        self.records = 0
        self.record_types: Counter[str] = Counter()
        self._lines = Lines(stream)
        self._parsers: dict[type[Record], Any] = {}
        self._group: Group | None = None
        self._ended = False
        self._last = (-1, 0)
        self._told: set[str] = set()

    @property
    def encoding(self) -> str:
        return self._lines.encoding

    def __iter__(self) -> Iterator[Entry]:
        entry: Entry | None = None
        for number, line in self._lines:
            tag = line[:3]
            if not line.strip() and self._ended:
                continue
            self.records += 1
            self.record_types[tag] += 1
            layout = self._layout(tag, line, number, entry)
            if layout is None:
                self._unknown(tag, number, entry)
                continue
            record, problems = self._read(layout, tag, line, number)
            if tag in CONTROLS:
                if entry is not None:
                    yield self._finished(entry)
                    entry = None
                self.problems += problems
                self._control(tag, record, number)
            elif tag in OPENERS and not _is_merged_number(tag, line, entry):
                if entry is not None:
                    yield self._finished(entry)
                entry = self._opened(record, line, number, problems)
            elif entry is None:
                self._fault(STRUCTURE, "ER", number, tag)
                self._counted()
            else:
                self._attach(entry, record, line, problems)
        if entry is not None:
            yield self._finished(entry)
        self._finish()

    # -- lines ----------------------------------------------------------------------------------------------------

    def _layout(self, tag: str, line: str, number: int, entry: Entry | None) -> type[Record] | None:
        if tag == "HDR" and number == 1 and line[59:64] in LAYOUTS:
            self.version = line[59:64]
        if tag == "CSN" and self._group is not None and self._group.type == "CSE":
            return RefusalNotice
        if _is_merged_number(tag, line, entry) and len(line.rstrip()) <= MergedNumber.WIDTH:
            return MergedNumber
        return LAYOUTS[self.version].get(tag)

    def _read(self, layout: type[Record], tag: str, line: str, number: int) -> tuple[Record, list[Problem]]:
        parse = self._parsers.get(layout)
        if parse is None:
            parse = self._parsers[layout] = parser(layout, layout.tags[0], lambda field: Memo(field.read))
        try:
            record: Record = parse(line, number)
        except Unfit:
            record, problems = self._slowly(layout, tag, line, number)
        else:
            problems = []
        record.record_type = tag
        if tag not in JUDGED_BY_RULES:
            problems += [
                self._about(MISSING, "TR", record, field, line, {"condition": "given"})
                for field, value in record.values()
                if field.required and value is None and not any(each.field == field.name for each in problems)
            ]
        if len(line.rstrip()) > layout.WIDTH:
            problems.append(
                Problem(STRUCTURE, WARNING, None, number, layout.WIDTH + 1, None, line[layout.WIDTH :].strip(), {}, tag)
            )
        return record, problems

    def _slowly(self, layout: type[Record], tag: str, line: str, number: int) -> tuple[Record, list[Problem]]:
        """Field by field: what is wrong becomes None and a problem; blanks around a number only where tolerated."""
        record = layout(record_type=tag, line=number)
        problems = []
        for field in layout.FIELDS.values():
            raw = field.cut(line)
            try:
                value = field.read(raw)
            except Unfit as wrong:
                value, tolerated = self._beside_its_place(field, raw)
                said = {"condition": wrong.condition}
                effect = None if tolerated else "TR"
                problems.append(self._about(NOT_A_VALUE, effect, record, field, line, said))
            setattr(record, field.name, value)
        return record, problems

    def _beside_its_place(self, field: Field, raw: str) -> tuple[Any, bool]:
        """Real answers justify numbers to either side and leave blanks where zeros are due."""
        try:
            return (field.read(raw.strip()), True) if self.lenient else (None, False)
        except Unfit:
            return None, False

    def _about(
        self, code: str, effect: str | None, record: Record, field: Field, line: str, said: Mapping[str, object]
    ) -> Problem:
        raw = field.cut(line).strip()
        params = {"field": field.name, "value": raw, **said}
        level = level_of(effect) if effect else WARNING
        return Problem(code, level, effect, record.line, field.column, field.name, raw, params, record.record_type)

    def _unknown(self, tag: str, number: int, entry: Entry | None) -> None:
        self._counted()
        problem = Problem(UNKNOWN_RECORD, "error", "ER", number, 1, "record_type", tag.rstrip(), {"value": tag}, tag)
        (self.problems if entry is None else entry.problems).append(problem)

    def _fault(self, code: str, effect: str, number: int | None, tag: str, **params: object) -> None:
        self.problems.append(Problem(code, "error", effect, number, None, None, None, params, tag))

    def _loosely(self, code: str, number: int, tag: str, **params: object) -> None:
        """What the document forbids and real files do: told once where it is tolerated."""
        if not self.lenient:
            self._fault(code, "ER", number, tag, **params)
        elif code not in self._told:
            self._told.add(code)
            self.problems.append(Problem(code, WARNING, None, number, None, None, None, params, tag))

    # -- envelope -------------------------------------------------------------------------------------------------

    def _counted(self) -> None:
        if self._group is not None:
            self._group.records += 1

    def _control(self, tag: str, record: Record, number: int) -> None:
        if self._ended or (tag == "HDR") != (number == 1):
            self._fault(STRUCTURE, "ER", number, tag)
        {"HDR": self._on_header, "GRH": self._on_group, "GRT": self._on_group_end, "TRL": self._on_trailer}[tag](record)

    def _on_header(self, record: Record) -> None:
        if self.header is not None:
            return
        if record.version not in LAYOUTS:
            self._fault("KORA-VERSION-NOT-READ", "ER", record.line, "HDR", version=record.version or "")
        self.header = Header(
            sender=(record.sender_id or "").lstrip("0").zfill(3)[-3:],
            created_at=instant_of(record.creation_date, record.creation_time),
            sender_name=record.sender_name,
            sender_type=record.sender_type,
            transmitted_on=record.transmission_date.isoformat() if record.transmission_date else None,
            original_file=record.original_file,
            sender_name_number=_unless_zeros(record.sender_ip_name_number),
        )

    def _on_group(self, record: Record) -> None:
        if self._group is not None:
            self._fault(STRUCTURE, "ER", record.line, "GRH")
        kind = record.transaction_type or ""
        if kind not in OPENERS:
            self._fault(UNKNOWN_RECORD, "ER", record.line, "GRH", value=kind)
        if record.group_id != len(self.groups) + 1:
            self._loosely(NUMBERING, record.line, "GRH", found=record.group_id, expected=len(self.groups) + 1)
        self._group = Group(kind, record.group_id or 0, 0, 1)
        self.groups.append(self._group)
        self._last = (-1, 0)

    def _on_group_end(self, record: Record) -> None:
        group = self._group
        if group is None:
            self._fault(STRUCTURE, "ER", record.line, "GRT")
            return
        group.records += 1
        counted = ((record.transaction_count, group.transactions), (record.record_count, group.records))
        if record.group_id != group.id or any(said != found for said, found in counted):
            self._loosely(COUNTS, record.line, "GRT", found=record.record_count, expected=group.records)
        self._group = None

    def _on_trailer(self, record: Record) -> None:
        if self._group is not None:
            self._fault(STRUCTURE, "ER", record.line, "TRL")
        self._ended = True
        said = (record.group_count, record.transaction_count, record.record_count)
        if said != (len(self.groups), sum(group.transactions for group in self.groups), self.records):
            self._loosely(COUNTS, record.line, "TRL", found=record.record_count, expected=self.records)

    def _finish(self) -> None:
        for at in self._lines.too_long:
            self.problems.append(Problem("KORA-LINE-TOO-LONG", WARNING, None, at, LONGEST_LINE + 1))
        for at, column in self._lines.with_nul.items():
            self.problems.append(Problem("KORA-NUL", WARNING, None, at, column))
        for at, column in self._lines.in_utf_8.items():
            self.problems.append(Problem("KORA-MIXED-ENCODING", WARNING, None, at, column))
        if self.header is None:
            self._fault(STRUCTURE, "ER", 1, "HDR")
        if not self._ended:
            self._fault(STRUCTURE, "ER", self.records or None, "TRL")

    # -- transactions ---------------------------------------------------------------------------------------------

    def _opened(self, record: Record, line: str, number: int, problems: list[Problem]) -> Entry:
        tag = "CSE" if isinstance(record, RefusalNotice) else record.record_type
        group = self._group
        if group is None:
            self._fault("IV/01", "ER", number, record.record_type)
        else:
            group.transactions += 1
            group.records += 1
            if group.type != tag:
                self._fault(STRUCTURE, "ER", number, record.record_type, value=group.type)
        if record.transaction_seq != self._last[0] + 1 or record.record_seq != 0:
            self._loosely(NUMBERING, number, record.record_type, found=record.transaction_seq)
        self._last = (record.transaction_seq or 0, 0)
        empty = TYPES[tag]()  # filled when all of its lines are there
        entry = Entry(empty, lambda where: _no_spot(where), group.id if group else 0, problems=problems, line=number)
        entry.sequence = record.transaction_seq or 0
        entry.records, entry.lines = [record], {number: line}
        return entry

    def _attach(self, entry: Entry, record: Record, line: str, problems: list[Problem]) -> None:
        self._counted()
        entry.problems += problems
        entry.lines[record.line] = line
        if (record.transaction_seq, record.record_seq) != (self._last[0], self._last[1] + 1):
            self._loosely(NUMBERING, record.line, record.record_type, found=record.record_seq)
        self._last = (self._last[0], record.record_seq or self._last[1] + 1)
        detail = detail_of(record)
        if detail.attribute in _attributes(entry.type):
            entry.records.append(record)
        else:
            entry.problems.append(
                Problem(STRUCTURE, "error", "RR", record.line, 1, "record_type", record.record_type, {},
                        record.record_type)
            )  # fmt: skip

    def _finished(self, entry: Entry) -> Entry:
        entry.transaction = from_records(entry.records, type(entry.transaction))
        entry.spot = lambda where: spot(entry, where)
        if self.rules and entry.type not in ANSWERS:
            self.not_checked += judge(entry)
        return entry


@cache
def _attributes(tag: str) -> frozenset[str]:
    """What a type of transaction can say."""
    return frozenset(each.name for each in fields(TYPES[tag]))


def _unless_zeros(number: str | None) -> str | None:
    return number if number and number.strip("0") else None


def _is_merged_number(tag: str, line: str, entry: Entry | None) -> bool:
    """Whether a MER is a detail of a notification: it goes on with its number. Its layout is not described; we read
    the short one of MLI and the long one of the header."""
    return tag == "MER" and entry is not None and entry.type in {"CSN", "CSE"} and line[3:11] == f"{entry.sequence:08d}"


def _no_spot(where: Where) -> Spot:
    return Spot(None, None, str(where[0]), None, None)
