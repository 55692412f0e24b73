"""IPI transactions for people and programs: JSON values, table rows and a readable dump."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from formats.fixed_width import SHARE, Field
from formats.ipi.standard import TYPES_OF
from formats.ipi.transaction import Transaction

COLUMNS = ("type", "ip_base_number", "status_code", "ip_name_number", "name_type", "name", "first_name", "line")
"""Of the table with one row a name."""
_NUMBERING = frozenset({"transaction_seq", "detail_seq"})


def as_json(transaction: Transaction) -> dict[str, Any]:
    """``{type, line, records: [{tag, fields{}}]}``: shares as "50.00", dates and times ISO 8601, absent null."""
    records = [
        {"tag": record.record_type, "fields": {field.name: _plain(field, value) for field, value in record.values()}}
        for record in transaction.records
    ]
    return {"type": transaction.type, "line": transaction.line, "records": records}


def _plain(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.kind == SHARE:
        return f"{value // 100}.{value % 100:02d}"
    if field.table == "time" and len(value) == 6:
        return f"{value[:2]}:{value[2:4]}:{value[4:]}"
    return value.isoformat() if isinstance(value, date) else value


def as_rows(transaction: Transaction) -> Iterator[dict[str, Any]]:
    """One row of COLUMNS for each name that stands in the transaction."""
    header = transaction.header
    for record in transaction.records[1:]:
        if record.record_type in TYPES_OF:
            yield {
                "type": transaction.type,
                "ip_base_number": getattr(header, "ip_base_number", None) or "",
                "status_code": getattr(header, "status_code", None) or "",
                "ip_name_number": record.ip_name_number or "",
                "name_type": record.name_type or "",
                "name": record.name or "",
                "first_name": getattr(record, "first_name", None) or "",
                "line": record.line,
            }


def as_text(transaction: Transaction) -> Iterator[str]:
    """A readable dump: a line a record, fields that say something only."""
    yield f"{transaction.type} {transaction.group:05d}/{transaction.sequence:08d}, line {transaction.line}"
    for record in transaction.records:
        said = (
            f"{field.name}={_plain(field, value)}"
            for field, value in record.values()
            if value is not None and field.name not in _NUMBERING
        )
        yield f"  {record.record_type}  {'  '.join(said)}"
