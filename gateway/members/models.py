"""Tables of the members."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base, Json, OfNode


class Member(OfNode, Base):
    """A CMO's node. ``state``: added (has a code), pending (enrolled, waits for an operator), active, suspended."""

    __tablename__ = "member"

    node_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    society: Mapped[str] = mapped_column(String(3), index=True)
    """CISAC code."""
    name: Mapped[str] = mapped_column(String(200))
    """Official name, as partners know the society."""
    state: Mapped[str] = mapped_column(String(10))
    added_at: Mapped[datetime]
    enrolled_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    paused_by: Mapped[str | None] = mapped_column(String(255))
    """Who asked to let its messages wait in both directions; it stays a member and loses nothing."""
    paused_at: Mapped[datetime | None]
    paused_reason: Mapped[str | None] = mapped_column(Text)


class EnrolmentCode(OfNode, Base):
    """A one-time code; only its SHA-256 is kept."""

    __tablename__ = "enrolment_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class NodeKey(OfNode, Base):
    """A public key of a node. Old ones stay for ever, so that the message log can be verified."""

    __tablename__ = "node_key"

    kid: Mapped[str] = mapped_column(String(100), primary_key=True)
    jwk: Mapped[Json]
    distrust_after: Mapped[int | None]
    retired_at: Mapped[datetime | None]
    """From then on no new message counts under this key; it may lie ahead while a newer key takes over."""
    added_at: Mapped[datetime]
