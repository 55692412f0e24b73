"""The steps of the migrations lead to exactly the tables of the code."""

from pathlib import Path

from sqlalchemy import inspect

from gateway import migrations
from gateway.database import open_database


def test_the_database_after_all_steps_equals_the_models(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []
    tables = set(inspect(engine).get_table_names())
    expected = {table.name for metadata in migrations.all_metadata() for table in metadata.sorted_tables}
    assert tables == expected | {migrations.VERSION_TABLE}
    engine.dispose()


def test_a_second_upgrade_changes_nothing(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'gateway.db'}")
    migrations.upgrade(engine)
    migrations.upgrade(engine)
    assert migrations.differences(engine) == []
    engine.dispose()
