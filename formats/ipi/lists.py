"""Codes of classes, roles and rights as the register hands them out (IDA); none of them is written down here.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3, domain transactions.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

from formats.fixed_width import Record

FIELDS: Mapping[str, tuple[str, ...]] = {
    "CCL": ("creation_class",),
    "CSC": ("creation_class", "creation_subclass"),
    "IRI": ("creation_class", "right"),
    "ISC": ("status_code",),
    "NMT": ("name_type",),
    "RCC": ("creation_class", "role"),
    "RIG": ("right",),
    "RIS": ("society_code", "creation_class", "role", "right"),
    "RIX": ("society_code", "creation_class", "role", "right"),
    "ROL": ("role",),
    "SOC": ("society_code",),
    "SOP": ("society_code", "partner_society_code"),
    "TNR": ("tisn",),
    "TNA": ("tisn",),
    "HNR": ("parent_tisn", "child_tisn"),
    "HNA": ("parent_tisn", "child_tisn"),
}
"""Record type of a list to the fields that make one entry."""
LIST_OF: Mapping[str, str] = {"creation_class": "CCL", "role": "ROL", "right": "RIG", "tisn": "TNR", "society": "SOC"}
"""What a field of another record holds, and the list it must stand in."""

Entry = tuple[str, ...]


@dataclass(slots=True)
class CodeLists:
    """The lists that were loaded, by record type. A list nobody loaded refuses nothing."""

    entries: dict[str, set[Entry]] = field(default_factory=dict)

    def add(self, records: Iterable[Record]) -> None:
        """Take the records of an IDA transaction."""
        for record in records:
            names = FIELDS.get(record.record_type)
            if names is not None:
                entry = tuple(getattr(record, name) or "" for name in names)
                self.entries.setdefault(record.record_type, set()).add(entry)

    def holds(self, kind: str, *entry: str) -> bool | None:
        """Whether a list has an entry; None while the list is not loaded."""
        known: Container[Entry] | None = self.entries.get(kind)
        return None if known is None else entry in known
