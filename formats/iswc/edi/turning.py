"""A transaction and its EDI records, each from the other, and where a value stands."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from formats.fixed_width import CannotWrite, Record
from formats.iswc.edi.places import DETAILS, HEADERS, KEPT_BY_ALL, KEPT_BY_MODERN, Cell, Detail
from formats.iswc.edi.records import LAYOUTS
from formats.iswc.entries import Entry, Spot, Where
from formats.iswc.transactions import Acknowledgement, Title, Transaction, instant

ANSWERS = frozenset({"ACK", "CSN", "CSE"})
"""Headers that quote when the answered file was made."""


def instant_of(day: date | None, clock: str | None) -> str | None:
    """Day and time of a record as ISO 8601; the forms speak of UTC."""
    if day is None:
        return None
    time = clock or "000000"
    return f"{day.isoformat()}T{time[:2]}:{time[2:4]}:{time[4:]}Z"


def detail_of(record: Record) -> Detail:
    """How a record below a header is to be taken; a MER there is a merged number."""
    return DETAILS["MLI"] if record.record_type == "MER" else DETAILS[record.record_type]


def from_records(records: list[Record], made: type[Transaction]) -> Transaction:
    """The transaction that a header and its details say."""
    head = records[0]
    said: dict[str, Any] = {
        cell.attribute: _ours(cell, head) for cell in HEADERS[made.tag] if cell.field in head.FIELDS
    }
    if made.tag in ANSWERS:
        said["sent_at"] = instant_of(head.creation_date, head.creation_time)
    if said.get("task_status") and not said.get("task"):
        said["task_status"] = None  # the zero that stands where there is no task
    for record in records[1:]:
        detail = detail_of(record)
        said[detail.attribute] = (*said.get(detail.attribute, ()), _entry(detail, record))
    return made(**said)


def _ours(cell: Cell, record: Record) -> Any:
    value = getattr(record, cell.field)
    return None if value is None else cell.turn.ours(value)


def _entry(detail: Detail, record: Record) -> Any:
    if detail.made is None:
        field = (
            "preferred_iswc" if "iswc" not in record.FIELDS and record.record_type == "MER" else detail.cells[0].field
        )
        return getattr(record, field) or ""
    return detail.made(**{cell.attribute: _ours(cell, record) for cell in detail.cells})


def to_records(transaction: Transaction, version: str = "03.00") -> list[Record]:
    """Header and details of a transaction, without numbering.

    What EDI never carries (names of parties, category, numbers at publishers and labels) is left out. Raises
    CannotWrite for a transaction without an EDI record, and for what would change the request if it were left out.
    """
    tag = transaction.tag
    layout = LAYOUTS[version].get(tag)
    if layout is None:
        raise CannotWrite(tag, "record_type", tag, "version")
    _refuse_loss(transaction, version)
    head = layout(record_type="CSN" if tag == "CSE" else tag)
    for cell in HEADERS[tag]:
        if cell.field in head.FIELDS:
            setattr(head, cell.field, _theirs(cell, transaction, tag))
    if isinstance(transaction, Acknowledgement):
        sent = instant(transaction.sent_at)
        if sent is not None:
            head.creation_date, head.creation_time = sent.date(), f"{sent:%H%M%S}"
    return [head, *_details(transaction, version)]


def _refuse_loss(transaction: Transaction, version: str) -> None:
    lost = KEPT_BY_ALL | (KEPT_BY_MODERN if version == "02.00" else frozenset())
    for field in fields(transaction):
        value = getattr(transaction, field.name)
        if field.name in lost and value not in (None, (), False):
            raise CannotWrite(transaction.tag, field.name, value, "version")


def _theirs(cell: Cell, value: Any, tag: str) -> Any:
    said = getattr(value, cell.attribute)
    if said is None:
        return None
    try:
        return cell.turn.theirs(said)
    except (KeyError, ValueError, TypeError) as error:
        raise CannotWrite(tag, cell.field, said, "kind") from error


def _details(transaction: Transaction, version: str) -> Iterator[Record]:
    for tag, detail in DETAILS.items():
        for entry in getattr(transaction, detail.attribute, ()):
            if isinstance(entry, Title) and (tag == "NAT") != is_native(entry):
                continue
            layout = LAYOUTS[version].get(tag)
            if layout is None:
                raise CannotWrite(transaction.tag, detail.attribute, entry, "version")
            record = layout(record_type=tag)
            if detail.made is None:
                setattr(record, detail.cells[0].field, entry)
            else:
                for cell in detail.cells:
                    setattr(record, cell.field, _theirs(cell, entry, tag))
            if tag == "MSG":
                record.message_type = "T"
            yield record


def is_native(title: Title) -> bool:
    """Whether a title is a NAT record: it has a language, or letters that are not plain Latin."""
    return title.language is not None or not (title.text or "").isascii()


def spot(entry: Entry, where: Where) -> Spot:
    """Where a value of an entry stands in its lines."""
    record, field = _place(entry, where)
    place = record.FIELDS.get(field)
    if place is None:
        return Spot(record.line, None, field, None, record.record_type)
    raw = place.cut(entry.lines[record.line]).strip()
    return Spot(record.line, place.column, place.name, raw, record.record_type)


def _place(entry: Entry, where: Where) -> tuple[Record, str]:
    name, *inside = where
    if inside:
        listed = [each for each in entry.records[1:] if detail_of(each).attribute == name]
        at = inside[0]
        if isinstance(at, int) and at < len(listed):
            wanted = inside[1] if len(inside) > 1 else ""
            cells = detail_of(listed[at]).cells
            return listed[at], next((cell.field for cell in cells if cell.attribute == wanted), cells[0].field)
    cells = HEADERS[entry.transaction.tag]
    return entry.records[0], next((cell.field for cell in cells if cell.attribute == name), str(name))
