"""Tables of the office."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base, Json


class Office(Base):
    """The one row about this CMO and its place at the gateway."""

    __tablename__ = "office"

    id: Mapped[int] = mapped_column(primary_key=True)
    society: Mapped[str] = mapped_column(String(3))
    """CISAC code."""
    name: Mapped[str] = mapped_column(String(200))
    node_id: Mapped[str | None] = mapped_column(String(63))
    gateway_id: Mapped[str | None] = mapped_column(String(63))
    gateway_url: Mapped[str | None] = mapped_column(String(500))
    enrolled_at: Mapped[datetime | None]
    language: Mapped[str | None] = mapped_column(String(8))
    """The society's own language, for people who chose none."""
    currency: Mapped[str | None] = mapped_column(String(3))
    """ISO 4217 code of the money the society pays in."""
    time_zone: Mapped[str | None] = mapped_column(String(60))
    set_up_at: Mapped[datetime | None]
    """When the first administrator said how the office begins; until then the first page asks."""


class GatewayKey(Base):
    """A public key of the gateway, pinned at enrolment."""

    __tablename__ = "gateway_key"

    kid: Mapped[str] = mapped_column(String(100), primary_key=True)
    jwk: Mapped[Json]
    active: Mapped[bool] = mapped_column(default=True)
    pinned_at: Mapped[datetime]


class NumberSeries(Base):
    """A series of running numbers. ``next`` only ever grows, so no number is given twice."""

    __tablename__ = "number_series"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """party, work or agreement."""
    prefix: Mapped[str] = mapped_column(String(8), default="")
    next: Mapped[int] = mapped_column(default=1)


class DataKey(Base):
    """The key that encrypts fields, itself wrapped by the master key outside the data folder."""

    __tablename__ = "data_key"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    wrapped: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
