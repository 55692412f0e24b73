"""S-10 on PostgreSQL: the server itself keeps the nodes apart, whatever a statement looks like."""

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from gateway.database import EVERYBODY, UnsafeAccount, only, open_database, session_maker
from tests.builders import a_work
from tests.databases import POSTGRESQL, Databases
from tests.gateway.world import BARAKA, TAMALA, World

pytestmark = POSTGRESQL

NAMES = text("SELECT name FROM registered_record ORDER BY node_id")
"""A statement the loader criterion knows nothing about."""


@pytest.fixture
def two(world: World) -> World:
    for society, title in ((TAMALA, "SONG OF TAMALA"), (BARAKA, "SONG OF BARAKA")):
        world.office(society).say(a_work(title))
    world.carry()
    return world


def test_s10_a_statement_in_plain_sql_sees_its_node_alone(two: World) -> None:
    with two.sessions() as session:
        assert session.connection().scalars(NAMES).all() == ["SONG OF TAMALA", "SONG OF BARAKA"]
        with only(session, "n002"):
            assert session.connection().scalars(NAMES).all() == ["SONG OF BARAKA"]
        assert session.connection().scalars(NAMES).all() == ["SONG OF TAMALA", "SONG OF BARAKA"]


def test_s10_a_row_of_another_node_cannot_be_written(two: World) -> None:
    moved = text("UPDATE registered_record SET node_id = 'n001' WHERE node_id = 'n002'")
    stolen = text("INSERT INTO record_version VALUES ('urn:kora:node:n002', 'work/1', 'n002', 9)")
    with two.sessions() as session, only(session, "n001"):
        assert session.connection().execute(moved).rowcount == 0
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with two.sessions() as session, refused, only(session, "n001"):
        session.connection().execute(stolen)


def test_s10_a_transaction_that_says_nothing_sees_nothing_and_writes_nothing(two: World) -> None:
    written = text("INSERT INTO record_version VALUES ('urn:kora:node:n001', 'work/1', 'n001', 9)")
    with two.gateway.engine.connect() as connection:
        assert connection.scalars(NAMES).all() == []
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(written)


def test_s10_what_a_transaction_said_ends_with_it(two: World) -> None:
    with session_maker(two.gateway.engine, EVERYBODY)() as session:
        connection = session.connection()
        assert len(connection.scalars(NAMES).all()) == 2
        session.commit()
    with two.gateway.engine.connect() as connection:
        assert connection.scalars(NAMES).all() == []


def test_s10_the_context_survives_a_savepoint_that_failed(two: World) -> None:
    with two.sessions() as session:
        with pytest.raises(ProgrammingError), session.begin_nested(), only(session, "n001"):
            session.connection().execute(text("INSERT INTO record_version VALUES ('x', 'y', 'n002', 1)"))
        assert session.connection().scalars(NAMES).all() == ["SONG OF TAMALA", "SONG OF BARAKA"]


@pytest.mark.services("postgresql")
def test_s10_an_account_the_walls_do_not_bind_is_refused(databases: Databases) -> None:
    mighty = make_url(databases.named("empty")).set(username="postgres")
    with pytest.raises(UnsafeAccount):
        open_database(mighty.render_as_string(hide_password=False))
