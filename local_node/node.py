"""A running node's parts, made of its settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from interface.vault import Vault
from local_node import migrations
from local_node.database import open_database, session_maker
from local_node.disk import Room, room_of
from local_node.imports.operations import Office as ImportOffice
from local_node.settings import NodeSettings
from local_node.vault import open_vault
from mappings.codes.table import read_cells


def utc_now() -> datetime:
    """The instant, for everything that is not told one."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Node:
    """The parts of a node that is set up: settings, database, clock."""

    settings: NodeSettings
    engine: Engine
    sessions: sessionmaker[Session]
    now: Callable[[], datetime] = utc_now
    room_of: Callable[[Path], Room] = room_of

    def vault(self, session: Session) -> Vault:
        """The node's vault for fields that stay at home."""
        return open_vault(session, self.settings.master_key, self.settings.data, now=self.now())

    def imports(self) -> ImportOffice:
        """What imports need of this node."""
        own = self.settings.own_societies
        societies = {row["code"]: row["name"] for row in read_cells(own)} if own.exists() else None
        return ImportOffice(self.sessions, self.settings.data / "imports", societies, self.now, self.room_of)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_node(settings: NodeSettings, *, now: Callable[[], datetime] = utc_now) -> Node:
    """The node of these settings, its database brought to the newest version."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    migrations.upgrade(engine)
    return Node(settings, engine, session_maker(engine), now)
