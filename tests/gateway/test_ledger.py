"""Workers on several machines, each with a data folder of its own, and the one memory of files they share."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.exchange import make_turns
from gateway.gateway import Gateway, open_gateway
from gateway.partners.models import PartnerCall, PartnerFile, Submission
from queues.jobs import LeaseLost
from queues.tables import job
from tests.builders import a_work
from tests.databases import BOTH
from tests.gateway.world import SOCIETIES, Office, World
from tests.services import until

pytestmark = BOTH

AFTER_THE_LEASE, AFTER_THE_WAIT = timedelta(minutes=16), timedelta(hours=2)


@pytest.fixture
def elsewhere(trade: World, tmp_path: Path) -> Iterator[Gateway]:
    """The same gateway on another machine: the same database, nothing else in common."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "societies.csv").write_text(SOCIETIES)
    told = {"data": tmp_path / "elsewhere", "database_url": trade.gateway.settings.database}
    other = open_gateway(trade.gateway.settings.model_copy(update=told), now=trade.clock)
    yield other
    other.close()


def files(world: World) -> list[tuple[str, str]]:
    with world.sessions() as session:
        found = select(PartnerFile.direction, PartnerFile.name).order_by(PartnerFile.direction)
        return [tuple(row) for row in session.execute(found)]


def test_a_file_that_two_workers_reach_for_goes_out_once(trade: World, tamala: Office, elsewhere: Gateway) -> None:
    """The first is slow at the partner until its lease has run out, so that the second takes its work over."""
    assert trade.simulator is not None
    (here,), (there,) = make_turns(trade.gateway), make_turns(elsewhere)
    tamala.say(a_work())
    trade.carry()
    trade.clock.move(60)
    now, name = trade.clock(), "CW260001997_996.V21"
    with trade.sessions() as session:
        (row,) = session.scalars(select(job.c.id)).all()
    lost: list[bool] = []

    def send_slowly() -> None:
        with pytest.raises(LeaseLost):
            here.send(row, now)
        lost.append(True)

    trade.simulator.switches.slow = 1
    first = threading.Thread(target=send_slowly)
    first.start()
    until(lambda: ("sending", name) in files(trade), "the first at the partner")
    assert there.send(row, now + AFTER_THE_LEASE) == 0
    assert ("sending", name) in files(trade)  # the first had not ended: both reached for the same file
    with trade.sessions() as session:
        (call,) = session.scalars(select(PartnerCall)).all()
    assert (call.failure_class, call.error) == ("F2", f"another worker is sending {name}")
    trade.simulator.switches.slow = 0
    first.join(60)
    assert lost == [True]
    assert files(trade) == [("sent", name)]
    assert there.send(row, now + AFTER_THE_WAIT) == 1
    trade.simulator.settle()
    (taken,) = (trade.simulator.data / "taken").iterdir()
    assert taken.name.endswith(name)
    with trade.sessions() as session:
        assert session.scalars(select(job.c.state)).all() == ["done"]
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
    trade.run()
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]
