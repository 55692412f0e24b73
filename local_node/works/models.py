"""Tables of works."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from local_node.database import Base, Json, JsonList
from local_node.right_owners.models import RightOwner


class WorkRow(Base):
    """A work of one creation class. ``version`` counts what people changed; what partners say does not count."""

    __tablename__ = "work"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str] = mapped_column(String(14), unique=True)
    creation_class: Mapped[str] = mapped_column(String(4), index=True)
    status: Mapped[str] = mapped_column(String(12), index=True)
    """draft, registered or withdrawn."""
    version: Mapped[int] = mapped_column()
    details: Mapped[Json]
    annexes: Mapped[JsonList]
    blockers: Mapped[JsonList]
    """Codes of what keeps the work from partners, its right owners' own records not counted."""
    blocked: Mapped[bool] = mapped_column(index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(index=True)
    changed_by: Mapped[str] = mapped_column(String(255))
    titles: Mapped[list["WorkTitle"]] = relationship(
        order_by="WorkTitle.position", cascade="all, delete-orphan", lazy="selectin"
    )
    interests: Mapped[list["InterestRow"]] = relationship(
        order_by="InterestRow.position", cascade="all, delete-orphan", lazy="selectin"
    )
    identifiers: Mapped[list["WorkIdentifier"]] = relationship(
        order_by="WorkIdentifier.id", cascade="all, delete-orphan", lazy="selectin"
    )
    partners: Mapped[list["PartnerStatus"]] = relationship(
        order_by="PartnerStatus.partner", cascade="all, delete-orphan", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


class WorkTitle(Base):
    """One title; the first is the work's own."""

    __tablename__ = "work_title"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(2))
    language: Mapped[str | None] = mapped_column(String(3))
    script: Mapped[str | None] = mapped_column(String(4))
    accepted: Mapped[bool]
    folded: Mapped[str] = mapped_column(Text, index=True)
    skeleton: Mapped[str] = mapped_column(Text, index=True)
    """The same across scripts (``local_node.alike.rules.skeleton``), made by machine and never sent to anybody."""


class InterestRow(Base):
    """One person's or firm's part in a work, everything of ``mappings.model.Interest``.

    Of party and name only one is set: a right owner of ours, or somebody known by name only; neither: unknown.
    Shares are text as in messages, so they stay exact.
    """

    __tablename__ = "interest"
    __table_args__ = (Index("ix_interest_right_owner_id_work_id", "right_owner_id", "work_id"),)
    """Holds both columns, so that the works of somebody are read from the index alone."""

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(4))
    controlled: Mapped[bool]
    right_owner_id: Mapped[str | None] = mapped_column(ForeignKey("right_owner.id"))
    named_party: Mapped[Json | None]
    shares: Mapped[Json]
    societies: Mapped[Json]
    collection: Mapped[JsonList]
    chain: Mapped[int | None]
    represented_by: Mapped[JsonList]
    details: Mapped[Json]
    right_owner: Mapped[RightOwner | None] = relationship(lazy="selectin")


class WorkIdentifier(Base):
    """A number of a work; with ``replaced_at`` it stays known but is no longer said."""

    __tablename__ = "work_identifier"
    __table_args__ = (Index("ix_work_identifier_scheme_value", "scheme", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    scheme: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str | None] = mapped_column(String(60))
    source: Mapped[str | None] = mapped_column(String(60))
    since: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class PartnerStatus(Base):
    """The last word of one partner about one work."""

    __tablename__ = "partner_status"
    __table_args__ = (UniqueConstraint("work_id", "partner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"))
    partner: Mapped[str] = mapped_column(String(40), index=True)
    status: Mapped[str] = mapped_column(String(20), index=True)
    partner_number: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime]


class PartnerAnswer(Base):
    """One answer as it came (acknowledgement or refusal); ``message_id`` makes a second delivery the same row."""

    __tablename__ = "partner_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(36), unique=True)
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    partner: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(index=True)
    data: Mapped[Json]


class WorkConflict(Base):
    """Somebody says otherwise: another ISWC, or other shares of the same work. A person decides; nothing is lost."""

    __tablename__ = "work_conflict"
    __table_args__ = (UniqueConstraint("message_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(String(36))
    position: Mapped[int]
    work_id: Mapped[str] = mapped_column(ForeignKey("work.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    """identifier or shares."""
    partner: Mapped[str] = mapped_column(String(40))
    scheme: Mapped[str | None] = mapped_column(String(20))
    ours: Mapped[str | None] = mapped_column(String(100))
    theirs: Mapped[str | None] = mapped_column(String(100))
    data: Mapped[Json]
    at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(10))
    """ours or theirs; None while it waits."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(255))
    note: Mapped[str | None] = mapped_column(Text)
