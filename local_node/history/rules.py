"""What differs between two states of a record, as a person would say it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mappings.messages import to_json
from mappings.model import Party, PartyName


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with its old and new text; None where there was, or is, nothing."""

    field: str
    old: str | None
    new: str | None


def changes(before: Any | None, after: Any) -> tuple[FieldChange, ...]:
    """Field by field; lines of lists count from 1. A party inside a work is one field: its name."""
    old = dict(_flat("", _plain(before))) if before is not None else {}
    new = dict(_flat("", _plain(after)))
    names = list(dict.fromkeys((*old, *new)))
    return tuple(FieldChange(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def written(name: PartyName) -> str:
    """A name as it is shown: first name before last name."""
    return f"{name.first_name} {name.name}" if name.first_name else name.name


def name_of(party: Party | None) -> str:
    """The first name form of a party; empty for an unknown one."""
    return written(party.names[0]) if party is not None and party.names else ""


def _plain(value: Any) -> dict[str, Any]:
    data = to_json(value)
    for key in ("id", "number"):
        data.pop(key, None)
    for place, interest in enumerate(getattr(value, "interests", ())):
        data["interests"][place]["party"] = name_of(interest.party)
    return data


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), inner)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value, 1):
            yield from _flat(f"{path}.{place}", inner)
    elif value is not None and value != "":
        yield path, "Y" if value is True else "N" if value is False else str(value)
