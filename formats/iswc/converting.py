"""From one form of the ISWC network to another, with remarks on what does not come along."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from formats.fixed_width import CannotWrite
from formats.iswc import edi, json
from formats.iswc.edi.turning import to_records
from formats.iswc.edi.writing import lines_of
from formats.iswc.entries import Entry
from formats.iswc.json.writing import group_of
from formats.iswc.transactions import ISWC_DATABASE, Header, Transaction

FORMS = ("iswc-json", "iswc-edi")


@dataclass
class Conversion:
    """The transactions that the form can carry; ``remarks`` say, place by place, what was left out."""

    header: Header
    transactions: list[Transaction] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def pieces(self, form: str) -> Iterator[bytes]:
        """The bytes of the file; EDI in version 03.00. Raises CannotWrite for a header that lacks its instant."""
        if form == "iswc-json":
            yield json.write(self.header, self.transactions)
        else:
            yield from edi.write(self.header, self.transactions)


def convert(reader: Any, form: str) -> Conversion:
    """Read a file to its end for one of FORMS; a transaction the form cannot carry is left out with a remark."""
    entries: Iterable[Entry] = reader
    kept, remarks = [], []
    for entry in entries:
        try:
            _try(entry.transaction, form)
        except CannotWrite as error:
            remarks.append(f"{entry.group}/{entry.sequence}: {error}")
        else:
            kept.append(entry.transaction)
    header = reader.header or Header()
    return Conversion(replace(header, receiver=header.receiver or ISWC_DATABASE), kept, remarks)


def _try(transaction: Transaction, form: str) -> None:
    if form == "iswc-json":
        group_of(transaction)
    else:
        for _ in lines_of(to_records(transaction)):
            pass
