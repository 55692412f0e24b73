"""What a partner answers (ACK with MSG, echo and EXC; ISW), as the model's answers with the place they refer to."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from formats.cwr import Record, Transaction
from mappings.cwr.reading import NoWork, to_work, work_of
from mappings.model import Acknowledged, Assigned, Remark


@dataclass(frozen=True, slots=True)
class Origin:
    """The transaction an acknowledgement is about, as the sender numbered it.

    ``created`` (aware UTC, whole seconds) is the creation instant of the file that was sent; group and transaction are
    zero when the file as a whole was at fault, and ``type`` is then HDR or TRL.
    """

    created: datetime
    group: int
    transaction: int
    type: str

    @property
    def reference(self) -> str:
        """File, group and transaction in one text, as it is quoted: ``20261124T101500Z/1/3``."""
        return reference(self.created, self.group, self.transaction)


def reference(created: datetime, group: int, transaction: int) -> str:
    """The text by which a transaction of ours and the answer to it are brought together."""
    return f"{created.astimezone(UTC):%Y%m%dT%H%M%SZ}/{group}/{transaction}"


def to_acknowledgement(
    transaction: Transaction, *, partner: str, received_at: datetime | None = None
) -> tuple[Acknowledged, Origin]:
    """The answer of an ACK transaction and the transaction it refers to.

    An ISWC stands in the echoed work, because ACK itself has no field for it; remarks keep the partner's words.
    """
    head = transaction.records[0]
    origin = Origin(
        created=datetime.combine(head.creation_date, time.fromisoformat(head.creation_time), UTC),
        group=head.original_group_id or 0,
        transaction=head.original_transaction_sequence or 0,
        type=head.original_transaction_type,
    )
    answer = Acknowledged(
        partner=partner,
        status=head.transaction_status,
        number=head.submitter_creation_number or "",
        title=head.creation_title,
        partner_number=head.recipient_creation_number,
        processed_on=head.processing_date,
        received_at=received_at,
        remarks=tuple(_remark(record) for record in transaction.records if record.record_type == "MSG"),
        conflicts=tuple(work_of(records, source=partner)[0] for records in transaction.conflicts),
        iswc=_echoed_iswc(transaction, partner),
        reference=origin.reference,
    )
    return answer, origin


def to_assigned(transaction: Transaction, *, partner: str) -> Assigned:
    """The ISWC an ISW transaction tells of. Raises NoWork when the transaction has none."""
    work, _ = to_work(transaction, source=partner)
    iswc = work.identifier("iswc")
    if iswc is None:
        raise NoWork
    return Assigned(scheme="iswc", value=iswc, partner=partner, number=work.number or "")


def _remark(message: Record) -> Remark:
    """One MSG line; its rule id is put together from record type, level and number."""
    parts = (message.message_record_type, message.message_level, message.validation_number)
    return Remark(
        text=message.message_text or "",
        code="-".join(parts) if all(parts) else None,
        level=message.message_type,
        record=message.message_record_type,
        record_sequence=message.original_record_sequence,
    )


def _echoed_iswc(transaction: Transaction, partner: str) -> str | None:
    """The ISWC of the echoed work; None when nothing is echoed."""
    try:
        return to_work(transaction, source=partner)[0].identifier("iswc")
    except NoWork:
        return None
