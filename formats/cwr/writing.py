"""Writing CWR 2.1 and 2.2: full-width lines, numbering and counts made here."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from formats.cwr import standard
from formats.fixed_width import CannotWrite, Record, render

GroupOf = tuple[str, Iterable[Sequence[Record]]]
"""Transaction type, and the transactions as lists of records, header first."""

_END = b"\r\n"


def write(header: Record, groups: Iterable[GroupOf], *, version: str = "2.1") -> Iterator[bytes]:
    """The lines of a file from its HDR to its TRL, each with CR LF.

    GRH, GRT and TRL, numbers and counts are made here; an answer is one list: ACK, its messages, the echo and any
    EXC. ASCII and Windows-1252 letters, unless the header names UTF-8. Raises CannotWrite for a value its field cannot
    carry, and for a character the encoding does not have.
    """
    encoding = "utf-8" if header.character_set == "UTF-8" else "cp1252"
    counts = [0, 0, 2]
    yield _line(header, encoding)
    for kind, transactions in groups:
        counts[0] += 1
        lines = 2
        yield _line(_control("GRH", version, transaction_type=kind, group_id=counts[0],
                             version_number=standard.GROUP_VERSION[version]), encoding)  # fmt: skip
        number = 0
        for number, records in enumerate(transactions, 1):
            for place, record in enumerate(records):
                record.transaction_sequence, record.record_sequence = number - 1, place
                yield _line(record, encoding)
            lines += len(records)
        yield _line(_control("GRT", version, group_id=counts[0], transaction_count=number, record_count=lines),
                    encoding)  # fmt: skip
        counts[1] += number
        counts[2] += lines
    yield _line(_control("TRL", version, group_count=counts[0], transaction_count=counts[1], record_count=counts[2]),
                encoding)  # fmt: skip


def _control(tag: str, version: str, **values: Any) -> Record:
    return standard.record_class(tag, version)(record_type=tag, **values)


def _line(record: Record, encoding: str) -> bytes:
    text = render(record)
    if text.isascii():
        return text.encode() + _END  # the same bytes in every encoding, and far quicker
    try:
        return text.encode(encoding) + _END
    except UnicodeEncodeError as error:
        character = text[error.start]
        field = next((each for each in record.FIELDS.values() if each.at <= error.start < each.at + each.width), None)
        raise CannotWrite(record.record_type, field.name if field else "", character, "character") from error
