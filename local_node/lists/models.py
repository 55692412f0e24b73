"""The table of saved filters."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base


class SavedFilter(Base):
    """A filter of a list under a name, for its owner alone or for everybody."""

    __tablename__ = "saved_filter"

    id: Mapped[int] = mapped_column(primary_key=True)
    list: Mapped[str] = mapped_column(String(20), index=True)
    """Key of the list: works or right_owners."""
    name: Mapped[str] = mapped_column(String(80))
    owner: Mapped[str] = mapped_column(String(255))
    shared: Mapped[bool]
    query: Mapped[str] = mapped_column(Text)
    """What stands behind the question mark of the list's address."""
    changed_at: Mapped[datetime]
