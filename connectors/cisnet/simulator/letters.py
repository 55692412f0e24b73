"""Answers put into CWR: ACK with its messages, the echo and works in conflict, and the file they travel in. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any

from connectors.cisnet.simulator.answering import Message, Registered
from connectors.cisnet.simulator.register import parsed
from formats.cwr import Record, Transaction, record_class, write
from formats.fixed_width import render


@dataclass(frozen=True, slots=True)
class Letter:
    """One answer file before it has a number and a date. ``transactions`` are rendered lines."""

    receiver: str
    version: str
    character_set: str | None = None
    transactions: Sequence[Sequence[str]] = field(default_factory=tuple)

    def with_transactions(self, transactions: Iterable[Iterable[Record]]) -> "Letter":
        """The same file with these answers in it."""
        return replace(self, transactions=[[render(record) for record in records] for records in transactions])

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Letter":
        return cls(**json.loads(text))

    def content(self, code: str, name: str, created: datetime) -> bytes:
        """The bytes of the file, from a sender of this code and name."""
        more: dict[str, Any] = {"version": "2.2", "revision": 2} if self.version == "2.2" else {}
        header = record_class("HDR", self.version)(
            record_type="HDR",
            sender_type="SO",
            sender_id=code.zfill(9),
            sender_name=name,
            edi_standard_version="01.10",
            creation_date=created.date(),
            creation_time=f"{created:%H%M%S}",
            transmission_date=created.date(),
            character_set=self.character_set,
            **more,
        )
        transactions = [parsed(lines, self.version) for lines in self.transactions]
        return b"".join(write(header, [("ACK", transactions)], version=self.version))


@dataclass(frozen=True, slots=True)
class About:
    """What an acknowledgement is about: a transaction and the header of its file, and the day it was looked at."""

    header: Record
    transaction: Transaction
    version: str
    day: date


def acknowledgement(
    about: About,
    status: str,
    messages: Iterable[Message],
    *,
    number: str | None = None,
    repeated: Sequence[Record] | None = None,
    conflicts: Iterable[Registered] = (),
) -> list[Record]:
    """One ACK with its messages, the transaction repeated, and works it conflicts with. ``number`` is theirs."""
    version, transaction = about.version, about.transaction
    head = transaction.header
    work = transaction.type != "AGR"
    answer = record_class("ACK", version)(
        record_type="ACK",
        creation_date=about.header.creation_date,
        creation_time=about.header.creation_time,
        original_group_id=transaction.group,
        original_transaction_sequence=head.transaction_sequence,
        original_transaction_type=transaction.type,
        creation_title=head.work_title if work else None,
        submitter_creation_number=head.submitter_work_number if work else head.submitter_agreement_number,
        recipient_creation_number=number,
        processing_date=about.day,
        transaction_status=status,
    )
    echoed = [writable(record) for record in repeated or transaction.records]
    opposed = [record for each in conflicts for record in existing_work(each, version)]
    return [answer, *(_message(each, version) for each in messages), *echoed, *opposed]


def rejection_of_file(header: Record, messages: Iterable[Message], day: date, *, version: str = "2.1") -> list[Record]:
    """The ACK that says a file as a whole was not used: group and transaction zero."""
    answer = record_class("ACK", version)(
        record_type="ACK",
        creation_date=header.creation_date,
        creation_time=header.creation_time,
        original_group_id=0,
        original_transaction_sequence=0,
        original_transaction_type="HDR",
        processing_date=day,
        transaction_status="RJ",
    )
    return [answer, *(_message(each, version) for each in messages)]


def existing_work(work: Registered, version: str) -> list[Record]:
    """Another sender's work as an EXC, in the version the receiver reads; what that does not have is left out."""
    records = []
    for place, record in enumerate(work.records):
        tag = "EXC" if place == 0 else record.record_type
        try:
            layout = record_class(tag, version)
        except KeyError:
            continue
        values = {field.name: value for field, value in record.values() if field.name in layout.FIELDS}
        records.append(layout(record_type=tag, **values))
    return records


def writable(record: Record) -> Record:
    """A record that may hold what its sender got wrong, without the values that no field can carry."""
    values: dict[str, Any] = {}
    for each, value in record.values():
        try:
            each.write(value)
        except (ValueError, TypeError, AttributeError):
            continue
        values[each.name] = value
    return type(record)(record_type=record.record_type, **values)


def _message(message: Message, version: str) -> Record:
    return record_class("MSG", version)(
        record_type="MSG",
        message_type=message.rejected,
        original_record_sequence=message.place,
        message_record_type=message.record,
        message_level=message.level,
        validation_number=message.number,
        message_text=message.text,
    )
