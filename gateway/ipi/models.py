"""Tables of the register's directory. It is nobody's: no node has rows of its own here."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.database import Base, Json

LONGEST_KEY = 160
BYTEWISE = String(LONGEST_KEY).with_variant(String(LONGEST_KEY, collation="C"), "postgresql")
"""Text in the order of its bytes on every database, so that an index answers what begins with something."""


class IpiParty(Base):
    """A person or a firm. ``body`` is the document of its records, deflated and sealed: it holds birth dates."""

    __tablename__ = "ipi_party"
    __table_args__ = (Index("uq_ipi_party_base", "base", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Internal; a new load gives new ones."""
    base: Mapped[str] = mapped_column(String(13))
    kind: Mapped[str] = mapped_column(String(1))
    """N natural person, L legal entity."""
    status: Mapped[str] = mapped_column(String(1))
    """1 valid, 2 bought, 3 merged, 4 deleted."""
    refers_to: Mapped[str | None] = mapped_column(String(13))
    """Whom the status points to, when not to itself."""
    patronym: Mapped[str | None] = mapped_column(String(11))
    changed_at: Mapped[str] = mapped_column(String(14))
    """YYYYMMDDHHMMSS of the last transaction by the register's clock, which its marks are compared with."""
    body: Mapped[bytes] = mapped_column(LargeBinary)


class IpiName(Base):
    """One name of a party."""

    __tablename__ = "ipi_name"
    __table_args__ = (Index("ix_ipi_name_number", "number"), Index("ix_ipi_name_sort_key", "sort_key"))

    party_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(11), primary_key=True)
    parent: Mapped[str | None] = mapped_column(String(11))
    """The name a spelling (DF, ST) belongs to."""
    type: Mapped[str] = mapped_column(String(2))
    name: Mapped[str] = mapped_column(String(90))
    first_name: Mapped[str | None] = mapped_column(String(45))
    sort_key: Mapped[str] = mapped_column(BYTEWISE)
    """Folded, family name first."""


class IpiKey(Base):
    """A hash of what a name sounds like, and who bears it."""

    __tablename__ = "ipi_key"
    __table_args__ = ({"sqlite_with_rowid": False},)

    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    party_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class IpiCode(Base):
    """An entry of a code list as the register handed it out (IDA)."""

    __tablename__ = "ipi_code"

    list: Mapped[str] = mapped_column(String(3), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    """The fields that make the entry, with a blank between them; of a dated entry also its first day."""
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    fields: Mapped[Json]


class IpiFeed(Base):
    """How far a feed was followed: ``load``, ``daily`` or ``delta``."""

    __tablename__ = "ipi_feed"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    mark: Mapped[str] = mapped_column(String(14))
    """YYYYMMDDHHMMSS (of daily files YYYYMMDD) up to which all is in, by the register's clock."""
    file: Mapped[str | None] = mapped_column(String(200))
    """The file that is being applied, or was last."""
    transaction: Mapped[int] = mapped_column(default=0)
    """How many of its transactions are committed; 0 when the file is done."""


class IpiWanted(Base):
    """A party to be fetched whole, because something was said of it that could not be applied."""

    __tablename__ = "ipi_wanted"

    base: Mapped[str] = mapped_column(String(13), primary_key=True)
    since: Mapped[datetime]
    why: Mapped[str] = mapped_column(String(40))
    """missing-base or broken-transaction."""


OF_THE_DIRECTORY = (IpiParty, IpiName, IpiKey)
"""What a load replaces as a whole."""
