"""The table of the office's own creation classes."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base, Json


class OwnClass(Base):
    """A class this office added or changed; ``cells`` has the columns of ``creation_classes.csv``."""

    __tablename__ = "own_class"

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    cells: Mapped[Json]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(255))
