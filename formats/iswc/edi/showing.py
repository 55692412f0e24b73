"""EDI transactions for people and programs: JSON values, table rows and a readable dump."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from formats.fixed_width import CLOCK, Field
from formats.iswc.entries import Entry
from formats.iswc.showing import COLUMNS, as_rows

__all__ = ["COLUMNS", "as_json", "as_rows", "as_text"]

_NUMBERING = frozenset({"transaction_seq", "record_seq"})


def as_json(entry: Entry) -> dict[str, Any]:
    """``{type, line, records: [{tag, fields{}}]}``: dates and times ISO 8601, absent null."""
    records = [
        {"tag": record.record_type, "fields": {field.name: _plain(field, value) for field, value in record.values()}}
        for record in entry.records
    ]
    return {"type": entry.type, "line": entry.line, "records": records}


def _plain(field: Field, value: Any) -> Any:
    if field.kind == CLOCK and value is not None:
        return f"{value[:2]}:{value[2:4]}:{value[4:]}"
    return value.isoformat() if isinstance(value, date) else value


def as_text(entry: Entry) -> Iterator[str]:
    """A readable dump: a line a record, fields that say something only."""
    yield f"{entry.type} {entry.group:05d}/{entry.sequence:08d}, line {entry.line}"
    for record in entry.records:
        said = (
            f"{field.name}={_plain(field, value)}"
            for field, value in record.values()
            if value is not None and field.name not in _NUMBERING
        )
        yield f"  {record.record_type}  {'  '.join(said)}"
