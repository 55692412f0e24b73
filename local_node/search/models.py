"""The table of search words."""

from sqlalchemy import String, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base

_BY_CODE_POINT = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Compared letter by letter on both databases, so that a beginning is a range of the key."""


class SearchWord(Base):
    """A word of a record: of a title, a name, a number. Looked up by its beginning."""

    __tablename__ = "search_word"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    """work or party."""
    word: Mapped[str] = mapped_column(_BY_CODE_POINT, primary_key=True)
    record_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)
