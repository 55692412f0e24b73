"""Writing the EDI files: full-width lines, numbering and counts made here."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC

from formats.fixed_width import CannotWrite, Record, render
from formats.iswc.edi import records as layouts
from formats.iswc.edi.records import GROUP_VERSION
from formats.iswc.edi.turning import to_records
from formats.iswc.transactions import Header, Transaction, instant

_END = b"\r\n"


def write(header: Header, transactions: Iterable[Transaction], *, version: str = "03.00") -> Iterator[bytes]:
    """The lines of a file from HDR to TRL, each with CR LF: one group for each type, numbers and counts made here.

    Plain ASCII but for NAT records, which are UTF-8. Raises CannotWrite.
    """
    groups: dict[str, list[list[Record]]] = {}
    for transaction in transactions:
        groups.setdefault(transaction.tag, []).append(to_records(transaction, version))
    native = any(record.record_type == "NAT" for group in groups.values() for records in group for record in records)
    yield _line(_file_header(header, version, "UTF-8" if native else None))
    lines = 2
    for at, (kind, entries) in enumerate(groups.items(), 1):
        size = 2 + sum(map(len, entries))
        lines += size
        yield _line(layouts.GroupHeader(transaction_type=kind, group_id=at, version=GROUP_VERSION))
        for number, records in enumerate(entries):
            yield from lines_of(records, number)
        yield _line(layouts.GroupTrailer(group_id=at, transaction_count=len(entries), record_count=size))
    total = sum(map(len, groups.values()))
    yield _line(layouts.FileTrailer(group_count=len(groups), transaction_count=total, record_count=lines))


def lines_of(records: Iterable[Record], number: int = 0) -> Iterator[bytes]:
    """The lines of one transaction, numbered. Raises CannotWrite."""
    for place, record in enumerate(records):
        record.transaction_seq, record.record_seq = number, place
        yield _line(record)


def _file_header(header: Header, version: str, characters: str | None) -> Record:
    created = instant(header.created_at)
    if created is None:
        raise CannotWrite("HDR", "creation_date", header.created_at, "kind")
    sent = instant(header.transmitted_on) or created
    return layouts.FileHeader(
        sender_type=header.sender_type or "SO",
        sender_id=(header.sender or "").zfill(9),
        sender_name=header.sender_name,
        version=version,
        creation_date=created.date(),
        creation_time=f"{created.astimezone(UTC):%H%M%S}",
        transmission_date=sent.date(),
        character_set=characters,
        original_file=header.original_file,
        sender_ip_name_number=header.sender_name_number,
    )


def _line(record: Record) -> bytes:
    text = render(record)
    if record.record_type == "NAT":
        _refuse(record, lambda letter: not letter.isprintable())
        return text.encode("utf-8") + _END
    if not (text.isascii() and text.isprintable()):
        _refuse(record, lambda letter: not (letter.isascii() and letter.isprintable()))
    return text.encode("ascii") + _END


def _refuse(record: Record, wrong: Callable[[str], bool]) -> None:
    """Raise CannotWrite for the first letter no line of this kind can hold."""
    for field, value in record.values():
        letter = next(filter(wrong, value), None) if isinstance(value, str) else None
        if letter is not None:
            raise CannotWrite(record.record_type, field.name, letter, "character")
