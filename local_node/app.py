"""The composition root: settings in, a running node's parts out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module

from flask import Blueprint, Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from interface.application import create_app as make_app
from interface.passwords import TIME_COST
from interface.settings import Settings
from local_node import layout, migrations
from local_node.admin import queries
from local_node.database import open_database, session_maker
from local_node.imports.operations import Office as ImportOffice
from local_node.permissions import USERS
from local_node.routes import PAGES
from local_node.settings import NodeSettings
from local_node.vault import Vault, open_vault
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

    def vault(self, session: Session) -> Vault:
        """The node's vault for fields that stay at home."""
        return open_vault(session, self.settings.master_key, self.settings.data, now=self.now())

    def imports(self) -> ImportOffice:
        """What imports need of this node."""
        own = self.settings.own_societies
        societies = {row["code"]: row["name"] for row in read_cells(own)} if own.exists() else None
        return ImportOffice(self.sessions, self.settings.data / "imports", societies, self.now)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_node(settings: NodeSettings, *, now: Callable[[], datetime] = utc_now) -> Node:
    """The node of these settings, its database brought to the newest version."""
    settings.data.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    migrations.upgrade(engine)
    return Node(settings, engine, session_maker(engine), now)


def create_app(
    node: Node, *, host: str = "127.0.0.1", time_cost: int = TIME_COST, wake: Callable[[], None] = lambda: None
) -> Flask:
    """The web application of a node. ``wake`` is called when something may have been posted."""
    with node.sessions() as session:
        office = queries.office(session)
        name, instance = office.name, f"node-{office.society}"
        time_zone, lang = office.time_zone or node.settings.time_zone, office.language or node.settings.lang
    app = make_app(
        name,
        import_name="local_node",
        settings=Settings(
            data_dir=node.settings.data,
            instance=instance,
            host=host,
            tls=node.settings.tls,
            proxies=node.settings.proxies,
            dev=node.settings.dev,
            time_zone=time_zone,
            default_language=lang,
        ),
        session_factory=node.sessions,
        users=USERS,
        frame=layout.frame,
        blueprints=_blueprints(),
        now=node.now,
        time_cost=time_cost,
    )
    app.extensions["kora_node"] = node
    app.extensions["kora_wake"] = wake
    return app


def _blueprints() -> list[Blueprint]:
    """The pages of every module that has some; templates are all under ``local_node/templates``."""
    return [import_module(name).pages for name in PAGES]
