"""The node's database: engine, sessions, and the base of its tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Engine, MetaData
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from queues import open_database
from queues.tables import UtcInstant

__all__ = ["Base", "Json", "JsonList", "metadata", "open_database", "session_maker"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = dict[str, Any]
JsonList = list[Any]


class Base(DeclarativeBase):
    """Base of the node's tables. Instants are aware UTC, dictionaries and lists are JSON."""

    metadata = metadata
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {datetime: UtcInstant, Json: JSON, JsonList: JSON}


def session_maker(engine: Engine) -> sessionmaker[Session]:
    """Sessions of the node. Objects stay readable after a commit, because pages are drawn then."""
    return sessionmaker(engine, expire_on_commit=False)
