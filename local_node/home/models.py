"""The table of what people have seen."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from local_node.database import Base


class NewsSeen(Base):
    """Until when somebody has seen the news of partners."""

    __tablename__ = "news_seen"

    person: Mapped[str] = mapped_column(String(255), primary_key=True)
    at: Mapped[datetime]
