"""A file of one version as a file of another, through the model."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from formats.cwr import Record, Transaction, record_class
from mappings.cwr.answers import CannotBeSent
from mappings.cwr.reading import NoWork, to_work
from mappings.cwr.writing import Kind, Version, from_work


@dataclass(slots=True)
class Converted:
    """Transactions by type, in the order met, and remarks about what did not go over: line and what."""

    groups: dict[str, list[list[Record]]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def convert(transactions: Iterable[Transaction], version: Version) -> Converted:
    """Works written anew for a version; what is no work is left out and remarked."""
    result = Converted()
    for transaction in transactions:
        result.remarks += [f"line {transaction.line}: {remark}" for remark in _convert(transaction, version, result)]
    return result


def _convert(transaction: Transaction, version: Version, result: Converted) -> Iterator[str]:
    if transaction.type not in {"NWR", "REV"}:
        yield f"{transaction.type} left out"
        return
    kind: Kind = "NWR" if transaction.type == "NWR" else "REV"
    try:
        work, remarks = to_work(transaction, source="import")
        records, changes = from_work(work, kind=kind, version=version)
    except (NoWork, CannotBeSent) as error:
        yield f"left out: {error}"
        return
    yield from remarks
    for each in changes:
        yield f"{each.code} {each.record} {each.field}: {each.value} -> {each.written}"
    result.groups.setdefault(kind, []).append(list(records))


def header_for(header: Record, version: str) -> Record:
    """The HDR of a file in another version, saying the same."""
    target = record_class("HDR", version)
    said = {name: getattr(header, name) for name in header.FIELDS if name in target.FIELDS}
    if version == "2.2":
        said |= {"version": "2.2", "revision": 2}
    return target(record_type="HDR", **said)
