"""Transactions of the ISWC network as table rows, whatever form they came in."""

from collections.abc import Iterator
from typing import Any

from formats.iswc.entries import Entry

COLUMNS = ("type", "agency", "work_code", "iswc", "title", "other_titles", "parties", "status", "messages", "line")
"""Of the table with one row a transaction."""


def as_rows(entry: Entry) -> Iterator[dict[str, Any]]:
    """One row of COLUMNS; several values are divided by semicolons, a party is its number and role."""
    said = entry.transaction

    def one(name: str) -> Any:
        return getattr(said, name, None) or ""

    parties = (f"{party.name_number or party.name or '?'} {party.role or '?'}" for party in one("parties"))
    messages = (f"{message.code} {message.text or ''}".strip() for message in one("messages"))
    yield {
        "type": entry.type,
        "agency": one("agency"),
        "work_code": one("work_code"),
        "iswc": one("iswc"),
        "title": one("title"),
        "other_titles": "; ".join(title.text or "" for title in one("titles")),
        "parties": "; ".join(parties),
        "status": one("status"),
        "messages": "; ".join(messages),
        "line": entry.line or "",
    }
