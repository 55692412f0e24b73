"""The steps from an empty database to the tables of today; run by ``init``, ``serve`` and ``migrate``."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine

from local_node.models import all_metadata
from queues import only_one_changes_tables

VERSION_TABLE = "kora_version"


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest version; nothing happens when it is there."""
    with engine.begin() as connection:
        only_one_changes_tables(connection)
        command.upgrade(_config(connection), "head")


def differences(engine: Engine) -> list[Any]:
    """What the tables of the code and those of the database disagree about."""
    with engine.connect() as connection:
        options = {"target_metadata": all_metadata(), "version_table": VERSION_TABLE}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), _targets()))


def _targets() -> Any:
    return all_metadata()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
