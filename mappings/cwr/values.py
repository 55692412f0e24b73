"""Field values of CWR records as the text that details and annexes hold, and back."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from formats.cwr import Record

RIGHTS = ("PR", "MR", "SR")
"""Performing, mechanical and synchronisation right: what CWR 2.x knows."""

PRIVATE = frozenset({"tax_id", "personal_number"})
"""Numbers of a person's tax and state files: they never travel."""

_NUMBERING = frozenset({"record_type", "transaction_sequence", "record_sequence"})


def texts_of(record: Record, *, without: Iterable[str] = ()) -> dict[str, str]:
    """Every field that says something, by its name in the standard, as text.

    Dates are ISO 8601, durations ``HH:MM:SS``, numbers plain digits. Numbering, constants and private numbers stay out.
    """
    left_out = _NUMBERING | PRIVATE | frozenset(without)
    names = (name for name in record.FIELDS if name not in left_out and not name.startswith(("constant_", "filler_")))
    values = ((name, getattr(record, name)) for name in names)
    return {name: _to_text(record.FIELDS[name].kind, value) for name, value in values if value is not None}


def values_for(record_class: type[Record], texts: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Values for a record, and the names of texts it has no field for or that no value can be made of."""
    values, unusable = {}, []
    for name, text in texts.items():
        try:
            values[name] = _from_text(record_class.FIELDS[name].kind, text)
        except (KeyError, ValueError):
            unusable.append(name)
    return values, unusable


def _to_text(kind: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if kind == "T":
        return f"{value[:2]}:{value[2:4]}:{value[4:]}"
    return str(value)


def _from_text(kind: str, text: str) -> Any:
    """The value of a text for one kind of field. Raises ValueError."""
    if kind == "D":
        return date.fromisoformat(text)
    if kind == "T":
        return text.replace(":", "")
    return int(text) if kind == "N" else text
