"""S-10: a session of one node sees and changes the rows of that node alone, whatever the statement."""

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from gateway.database import NoTenant, only, session_maker
from gateway.members.models import Member
from gateway.models import all_metadata
from gateway.registry.models import PartnerAnswer, RegisteredIdentifier, RegisteredRecord
from mappings.model import Identifier
from queues.tables import inbox, outbox, record_version
from tests.builders import a_work, an_iswc
from tests.databases import BOTH
from tests.gateway.world import BARAKA, TAMALA, World

SAME = f"work/{a_work().id}"

pytestmark = BOTH


@pytest.fixture
def two(world: World) -> World:
    """Two offices that registered different works under the same id."""
    for society, title in ((TAMALA, "SONG OF TAMALA"), (BARAKA, "SONG OF BARAKA")):
        world.office(society).say(a_work(title, identifiers=(Identifier("iswc", an_iswc(7)),)))
    world.carry()
    return world


def test_s10_the_same_id_of_two_nodes_is_two_records(two: World) -> None:
    with two.sessions() as session:
        found = session.execute(select(RegisteredRecord.node_id, RegisteredRecord.name).order_by("node_id"))
        assert [tuple(row) for row in found] == [("n001", "SONG OF TAMALA"), ("n002", "SONG OF BARAKA")]


@pytest.mark.parametrize(("node_id", "name"), [("n001", "SONG OF TAMALA"), ("n002", "SONG OF BARAKA"), ("n003", None)])
def test_s10_a_handlers_session_reads_its_node_alone(two: World, node_id: str, name: str | None) -> None:
    names = [] if name is None else [name]
    with two.sessions() as session, only(session, node_id):
        assert session.scalars(select(RegisteredRecord.name)).all() == names
        assert session.scalars(select(Member.node_id)).all() == [node_id] * len(names)
        assert session.scalar(select(func.count()).select_from(RegisteredIdentifier)) == len(names)
        assert session.scalars(select(inbox.c.node_id)).all() == [node_id] * len(names)
        other = aliased(RegisteredRecord)
        joined = select(other.name).join(inbox, inbox.c.msg_id == other.message_id)
        assert session.scalars(joined).all() == names
        assert session.scalars(select(inbox.alias("mail").c.node_id)).all() == [node_id] * len(names)


def test_s10_a_record_of_another_node_cannot_be_fetched_by_its_key(two: World) -> None:
    with two.sessions() as session, only(session, "n001"):
        assert session.get(RegisteredRecord, ("n002", SAME)) is None
        assert session.get(Member, "n002") is None
        assert session.get(Member, "n001") is not None


def test_s10_changes_and_deletions_touch_the_nodes_rows_alone(two: World) -> None:
    with two.gateway.sessions.begin() as session, only(session, "n001"):
        session.execute(update(RegisteredRecord).values(name="CHANGED"))
        session.execute(update(inbox).values(code="changed"))
        session.execute(delete(RegisteredIdentifier))
        session.execute(delete(record_version))
    with two.sessions() as session:
        assert session.scalars(select(RegisteredRecord.name).order_by(RegisteredRecord.node_id)).all() == [
            "CHANGED",
            "SONG OF BARAKA",
        ]
        assert session.scalars(select(inbox.c.code).order_by(inbox.c.node_id)).all() == ["changed", None]
        assert session.scalars(select(RegisteredIdentifier.node_id)).all() == ["n002"]
        assert session.scalars(select(record_version.c.node_id)).all() == ["n002"]


def test_s10_what_hides_a_table_from_the_filter_is_refused(two: World) -> None:
    hidden = select(inbox.c.msg_id).subquery()
    with two.sessions() as session, only(session, "n001"), pytest.raises(NoTenant):
        session.execute(select(hidden.c.msg_id))


def test_s10_a_session_that_says_nothing_is_refused(two: World) -> None:
    nobody = session_maker(two.gateway.engine, None)
    for statement in (select(Member), update(Member).values(state="active"), select(outbox.c.msg_id)):
        with nobody() as session, pytest.raises(NoTenant):
            session.execute(statement)


def test_s10_the_context_ends_where_it_should_even_after_an_error(two: World) -> None:
    with two.sessions() as session:
        with pytest.raises(ZeroDivisionError), only(session, "n001"):
            raise ZeroDivisionError
        assert session.scalars(select(Member.node_id).order_by(Member.node_id)).all() == ["n001", "n002"]


def test_s10_every_table_with_data_of_a_node_says_whose_it_is() -> None:
    own, carriage, _people = all_metadata()
    of_all = {"data_key", "file_counter", "partner_file", "partner_state"}
    register = {"ipi_code", "ipi_feed", "ipi_key", "ipi_name", "ipi_party", "ipi_wanted"}
    without = {table.name for table in (*own.sorted_tables, *carriage.sorted_tables) if "node_id" not in table.c}
    assert without == of_all | register
    assert "node_id" in PartnerAnswer.__table__.c
