"""The steps of the migrations lead to exactly the tables of the code, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from gateway import migrations
from gateway.database import open_database
from gateway.migrations.walls import POLICY
from tests.databases import BOTH, POSTGRESQL, Databases


@pytest.fixture
def engine(on: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on an empty database."""
    if on == "sqlite":
        url = f"sqlite:///{tmp_path / 'gateway.db'}"
    else:
        databases: Databases = request.getfixturevalue("databases")
        url = databases.named("empty")
    opened = open_database(url)
    yield opened
    opened.dispose()


@BOTH
def test_the_database_after_all_steps_equals_the_models(engine: Engine) -> None:
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []
    tables = set(inspect(engine).get_table_names())
    expected = {table.name for metadata in migrations.all_metadata() for table in metadata.sorted_tables}
    assert tables == expected | {migrations.VERSION_TABLE}


@BOTH
def test_a_second_upgrade_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []


@POSTGRESQL
def test_s10_every_table_with_rows_of_nodes_has_a_wall_that_binds_its_owner_too(engine: Engine) -> None:
    migrations.upgrade(engine)
    own, carriage, _people = migrations.all_metadata()
    of_nodes = {table.name for table in (*own.sorted_tables, *carriage.sorted_tables) if "node_id" in table.c}
    walled = text(
        "SELECT c.relname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
        "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.polname = :name"
    )
    with engine.connect() as connection:
        assert set(connection.scalars(walled, {"name": POLICY})) == of_nodes
