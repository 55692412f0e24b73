"""CWR transactions for people and programs: JSON values, table rows and a readable dump."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from formats.cwr.transaction import Transaction
from formats.fixed_width import CLOCK, SHARE, Field, Record

COLUMNS = (
    "type",
    "submitter_work_number",
    "work_title",
    "iswc",
    "writers",
    "publishers",
    "alternative_titles",
    "performers",
    "line",
)
"""Of the table with one row a work."""


def records_of(transaction: Transaction) -> list[Record]:
    """All records in the order of their lines, with the echo and the conflicts of an answer."""
    inside = (record for conflict in transaction.conflicts for record in conflict)
    return sorted([*transaction.records, *transaction.echo, *inside], key=lambda record: record.line)


def as_json(transaction: Transaction) -> dict[str, Any]:
    """``{type, line, records: [{tag, fields{}}]}``: shares as "50.00", dates and times ISO 8601, absent null."""
    records = [
        {"tag": record.record_type, "fields": {field.name: _plain(field, value) for field, value in record.values()}}
        for record in records_of(transaction)
    ]
    return {"type": transaction.type, "line": transaction.line, "records": records}


def _plain(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == SHARE:
        return f"{value // 100}.{value % 100:02d}"
    if field.kind == CLOCK:
        return f"{value[:2]}:{value[2:4]}:{value[4:]}"
    return value.isoformat() if isinstance(value, date) else value


def as_row(transaction: Transaction) -> dict[str, Any] | None:
    """One row of COLUMNS for a work; None for what is no work. Several names are divided by semicolons."""
    if transaction.type not in {"NWR", "REV", "ISW"}:
        return None
    header = transaction.records[0]
    parts: dict[str, list[str]] = {"writers": [], "publishers": [], "alternative_titles": [], "performers": []}
    for record in transaction.records[1:]:
        tag = record.record_type
        if tag in {"SWR", "OWR"}:
            parts["writers"].append(_name(record.writer_last_name, record.writer_first_name))
        elif tag in {"SPU", "OPU"}:
            parts["publishers"].append(record.publisher_name or "")
        elif tag == "ALT":
            parts["alternative_titles"].append(record.alternate_title or "")
        elif tag == "PER":
            parts["performers"].append(_name(record.performing_artist_last_name, record.performing_artist_first_name))
    return {
        "type": transaction.type,
        "submitter_work_number": header.submitter_work_number or "",
        "work_title": header.work_title or "",
        "iswc": header.iswc or "",
        **{name: "; ".join(values) for name, values in parts.items()},
        "line": transaction.line,
    }


def as_rows(transaction: Transaction) -> Iterator[dict[str, Any]]:
    """The rows of a transaction in the table: one for a work."""
    row = as_row(transaction)
    if row is not None:
        yield row


def _name(last: str | None, first: str | None) -> str:
    return ", ".join(part for part in (last, first) if part)


def as_text(transaction: Transaction) -> Iterator[str]:
    """A readable dump: a line a record, fields that say something only."""
    yield f"{transaction.type} {transaction.group:05d}/{transaction.sequence:08d}, line {transaction.line}"
    for record in records_of(transaction):
        said = (
            f"{field.name}={_plain(field, value)}"
            for field, value in record.values()
            if value is not None and field.name not in {"transaction_sequence", "record_sequence"}
        )
        yield f"  {record.record_type}  {'  '.join(said)}"
