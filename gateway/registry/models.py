"""Tables of the registry."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base, Json, OfNode


class RegisteredRecord(OfNode, Base):
    """A work or a right owner as its node last described it. ``revision`` is the message's number for this record."""

    __tablename__ = "registered_record"

    node_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    """``work/<id>`` or ``party/<id>`` as at the node."""
    kind: Mapped[str] = mapped_column(String(10))
    number: Mapped[str | None] = mapped_column(String(14))
    """The node's running number, which partners quote."""
    name: Mapped[str] = mapped_column(String(500))
    creation_class: Mapped[str | None] = mapped_column(String(10))
    revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(12))
    """registered or withdrawn."""
    data: Mapped[Json]
    message_id: Mapped[str] = mapped_column(String(36))
    said_at: Mapped[datetime]
    """By the node's clock."""

    __table_args__ = (Index("ix_registered_record_kind_number", "kind", "number"),)


class RegisteredIdentifier(OfNode, Base):
    """A number of a record, and who says so: the node itself or a partner."""

    __tablename__ = "registered_identifier"
    __table_args__ = (
        UniqueConstraint("node_id", "subject", "scheme", "value", "source"),
        Index("ix_registered_identifier_scheme_value", "scheme", "value"),
        Index("ix_registered_identifier_value", "value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200))
    scheme: Mapped[str] = mapped_column(String(30))
    value: Mapped[str] = mapped_column(String(100))
    source: Mapped[str] = mapped_column(String(30))
    """``node`` or the partner's name."""


class PartnerAnswer(OfNode, Base):
    """What a partner, or the gateway in its place, said about a record, and the message that told the node."""

    __tablename__ = "partner_answer"
    __table_args__ = (Index("ix_partner_answer_node_id_subject", "node_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(200))
    partner: Mapped[str] = mapped_column(String(30))
    type: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(60))
    """The partner's status, the scheme of an assigned number, or the code of a refusal."""
    data: Mapped[Json]
    cause: Mapped[str | None] = mapped_column(String(36), index=True)
    """The node's message that is answered."""
    partner_number: Mapped[str | None] = mapped_column(String(60), index=True)
    """The number the partner knows the record by, where it told one."""
    file_id: Mapped[int | None] = mapped_column(index=True)
    """The partner's file it stood in; none when it was said at once or by the gateway."""
    message_id: Mapped[str] = mapped_column(String(36), unique=True)
    at: Mapped[datetime]
