"""Tables of right owners."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from local_node.database import Base, Json


class RightOwner(Base):
    """A person or firm. What is public is the model's ``Party``; the birth date is encrypted and stays here."""

    __tablename__ = "right_owner"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[str] = mapped_column(String(9), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column()
    societies: Mapped[Json]
    birth_date_sealed: Mapped[str | None] = mapped_column(String(200))
    has_latin_name: Mapped[bool] = mapped_column(index=True)
    """A Latin name that may be sent to partners: typed or accepted by a person."""
    withdrawn_at: Mapped[datetime | None]
    """A record that came by mistake: it stays readable, and lists and searches leave it out."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(index=True)
    changed_by: Mapped[str] = mapped_column(String(255))
    names: Mapped[list["RightOwnerName"]] = relationship(
        order_by="RightOwnerName.position", cascade="all, delete-orphan", lazy="selectin"
    )
    identifiers: Mapped[list["RightOwnerIdentifier"]] = relationship(
        order_by="RightOwnerIdentifier.id", cascade="all, delete-orphan", lazy="selectin"
    )

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


class RightOwnerName(Base):
    """One form of a name."""

    __tablename__ = "right_owner_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    right_owner_id: Mapped[str] = mapped_column(ForeignKey("right_owner.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Text)
    first_name: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    script: Mapped[str | None] = mapped_column(String(4))
    language: Mapped[str | None] = mapped_column(String(3))
    accepted: Mapped[bool]
    folded: Mapped[str] = mapped_column(Text, index=True)
    """First and last name as people search them (``mappings.latin.folded``)."""
    skeleton: Mapped[str] = mapped_column(Text, index=True)
    """The same across scripts (``local_node.alike.rules.skeleton``), made by machine and never sent to anybody."""


class RightOwnerIdentifier(Base):
    """A number of a right owner; with ``replaced_at`` it stays known but is no longer said."""

    __tablename__ = "right_owner_identifier"
    __table_args__ = (Index("ix_right_owner_identifier_scheme_value", "scheme", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    right_owner_id: Mapped[str] = mapped_column(ForeignKey("right_owner.id"), index=True)
    scheme: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(100))
    issuer: Mapped[str | None] = mapped_column(String(60))
    source: Mapped[str | None] = mapped_column(String(60))
    since: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
