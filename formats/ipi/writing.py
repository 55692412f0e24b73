"""Writing IPI files: full-width lines in Windows-1252, numbering and counts made here."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from formats.fixed_width import DAY, CannotWrite, Record
from formats.ipi.records import LAYOUTS
from formats.ipi.standard import VERSION

ENCODING = "cp1252"
DOWNLOAD_WIDTH = 206
"""Columns the register pads its lines to."""

GroupOf = tuple[str, Iterable[Sequence[Record]]]
"""Transaction type, and the transactions as lists of records, header first."""


def render(record: Record) -> str:
    """The full line of a record, without line end; days that are not known are blank. Raises CannotWrite."""
    parts = [record.record_type]
    for field, value in record.values():
        if value is None and field.kind == DAY:
            parts.append(" " * field.width)
            continue
        try:
            parts.append(field.write(value))
        except (ValueError, AttributeError, TypeError) as error:
            reason = "length" if str(error) == "length" else "kind"
            raise CannotWrite(record.record_type, field.name, value, reason) from error
    return "".join(parts)


def write(header: Record, groups: Iterable[GroupOf], *, padded: int = 0) -> Iterator[bytes]:
    """The lines of a file from its HDR to its TRL, each with CR LF, filled with blanks to ``padded`` columns.

    GRH, GRT and TRL, numbers and counts are made here. Raises CannotWrite for a value its field cannot carry and for a
    character that Windows-1252 does not have.
    """
    counts = [0, 0, 2]
    yield line_of(header, padded)
    for kind, transactions in groups:
        counts[0] += 1
        lines, number = 2, 0
        yield line_of(_control("GRH", transaction_type=kind, group_id=counts[0], version=VERSION), padded)
        for number, records in enumerate(transactions, 1):
            for place, record in enumerate(records):
                record.transaction_seq, record.detail_seq = number - 1, place
                yield line_of(record, padded)
            lines += len(records)
        yield line_of(_control("GRT", group_id=counts[0], transaction_count=number, record_count=lines), padded)
        counts[1] += number
        counts[2] += lines
    trailer = _control("TRL", group_count=counts[0], transaction_count=counts[1], record_count=counts[2])
    yield line_of(trailer, padded)


def _control(tag: str, **values: Any) -> Record:
    return LAYOUTS[tag](record_type=tag, **values)


def line_of(record: Record, padded: int = 0) -> bytes:
    """One line as bytes, with its end. Raises CannotWrite."""
    text = render(record).ljust(padded)
    try:
        return f"{text}\r\n".encode(ENCODING)
    except UnicodeEncodeError as error:
        at, character = error.start, text[error.start]
        field = next((each for each in record.FIELDS.values() if each.at <= at < each.at + each.width), None)
        raise CannotWrite(record.record_type, field.name if field else "", character, "character") from error
