"""Transactions of JSON files for people and programs: JSON values, table rows and a readable dump."""

from collections.abc import Iterator
from typing import Any

from formats.iswc.entries import Entry
from formats.iswc.json import keys
from formats.iswc.showing import COLUMNS, as_rows

__all__ = ["COLUMNS", "as_json", "as_rows", "as_text"]


def as_json(entry: Entry) -> dict[str, Any]:
    """``{type, line, records: [{tag, fields{}}]}`` with one record, named by its group; JSON has no lines."""
    fields = keys.GROUPS[str(entry.group)].write(entry.transaction)
    return {"type": entry.type, "line": None, "records": [{"tag": entry.group, "fields": fields}]}


def as_text(entry: Entry) -> Iterator[str]:
    """A readable dump: what the transaction says, a key a line, lists entry by entry."""
    yield f"{entry.type} {entry.group}[{entry.sequence}]"
    for name, value in keys.GROUPS[str(entry.group)].write(entry.transaction).items():
        for at, each in enumerate(value if isinstance(value, list) else [value]):
            place = f"{name}[{at}]" if isinstance(value, list) else name
            yield f"  {place}  {_text(each)}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name}={_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)
