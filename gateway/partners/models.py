"""Tables of the work for partners."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base, JsonList, OfNode


class SenderProfile(OfNode, Base):
    """In whose name a node's records go to a partner."""

    __tablename__ = "sender_profile"

    node_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    partner: Mapped[str] = mapped_column(String(30), primary_key=True)
    code: Mapped[str] = mapped_column(String(11))
    name: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(2))
    ipi: Mapped[str | None] = mapped_column(String(11))


class FileCounter(Base):
    """The last file number of a sender to a receiver in a year, and that file's creation second.

    Counted by the sender's code and not by node: a society that got a new node goes on counting.
    """

    __tablename__ = "file_counter"

    sender: Mapped[str] = mapped_column(String(11), primary_key=True)
    receiver: Mapped[str] = mapped_column(String(11), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    created: Mapped[datetime]


class Transmission(OfNode, Base):
    """One batch as it was decided before the first try, so that a repeat says the same bytes.

    ``state``: planned, sent, or dropped (nothing of it reached the partner and nothing of it will).
    """

    __tablename__ = "transmission"
    __table_args__ = (
        UniqueConstraint("partner", "receiver", "created"),
        Index("ix_transmission_partner_state", "partner", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    partner: Mapped[str] = mapped_column(String(30))
    receiver: Mapped[str] = mapped_column(String(11))
    version: Mapped[str] = mapped_column(String(10))
    file_number: Mapped[int]
    created: Mapped[datetime]
    """Whole seconds; the key of the answers, so no two batches share one, whoever sends them."""
    state: Mapped[str] = mapped_column(String(10))
    planned_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class TransmissionItem(OfNode, Base):
    """One message in a batch, with what decides how it is said."""

    __tablename__ = "transmission_item"

    transmission_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(36), index=True)
    accepted_before: Mapped[bool]
    last_digest: Mapped[str | None] = mapped_column(String(64))


class Submission(OfNode, Base):
    """One record handed to a partner. ``state``: sent, open (answered, more will come), closed."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("partner", "reference"),
        Index("ix_submission_partner_node_id_subject", "partner", "node_id", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    partner: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(100))
    message_id: Mapped[str] = mapped_column(String(36), index=True)
    correlationid: Mapped[str | None] = mapped_column(String(36))
    transmission_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10), index=True)
    status: Mapped[str | None] = mapped_column(String(30))
    """The partner's last word."""
    accepted: Mapped[bool] = mapped_column(default=False)
    """The partner took the record (RA, AS or AC) and did not reject it since."""
    sent_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class ExchangedFile(OfNode, Base):
    """The original bytes of a file, in either direction."""

    __tablename__ = "exchanged_file"
    __table_args__ = (UniqueConstraint("partner", "direction", "name", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    partner: Mapped[str] = mapped_column(String(30))
    direction: Mapped[str] = mapped_column(String(3))
    """out or in."""
    name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    transmission_id: Mapped[int | None]
    answers: Mapped[int] = mapped_column(default=0)
    problems: Mapped[JsonList]
    """What could not be read or brought together with what we sent, one short text each."""
    at: Mapped[datetime] = mapped_column(index=True)


class PartnerFile(Base):
    """A file that went to a partner or came from it, by its name and its bytes, as connectors remember it.

    ``direction``: sending (by ``holder``, nobody else before ``until``), renaming, sent, collected. It belongs to no
    single node: a partner's file may have answers for several.
    """

    __tablename__ = "partner_file"

    partner: Mapped[str] = mapped_column(String(30), primary_key=True)
    direction: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
    holder: Mapped[str | None] = mapped_column(String(32))
    until: Mapped[datetime | None]


class PartnerCall(OfNode, Base):
    """One call of a partner that carried something or failed."""

    __tablename__ = "partner_call"
    __table_args__ = (Index("ix_partner_call_partner_at", "partner", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    partner: Mapped[str] = mapped_column(String(30))
    operation: Mapped[str] = mapped_column(String(10))
    """send or collect."""
    transmission_id: Mapped[int | None] = mapped_column(index=True)
    at: Mapped[datetime]
    milliseconds: Mapped[int]
    failure_class: Mapped[str | None] = mapped_column(String(4))
    error: Mapped[str | None] = mapped_column(Text)


class PartnerState(Base):
    """Whether a partner may be called: paused by a person, or given time after failures (circuit)."""

    __tablename__ = "partner_state"

    partner: Mapped[str] = mapped_column(String(30), primary_key=True)
    paused_by: Mapped[str | None] = mapped_column(String(255))
    paused_at: Mapped[datetime | None]
    paused_reason: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""
    retry_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
