"""Telling the workers what is due: once, at the end of the gathering window, and again what was lost on the way."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from kombu import Connection
from sqlalchemy import func, select

from gateway.broker import prepare
from gateway.partners import due
from gateway.partners.announcing import LOST_AFTER, Announcer
from gateway.partners.models import Transmission
from queues import jobs
from queues.tables import job
from tests.builders import a_work
from tests.connectors.partner import Clock
from tests.databases import BOTH, Databases
from tests.gateway.running import Administered, Processes
from tests.gateway.world import Office, World, on_servers
from tests.services import until


@dataclass
class Line:
    """What was sent to the partner's queue; nobody takes anything out of it unless the test does."""

    queue: list[int] = field(default_factory=list)

    def send(self, queue: str, job_id: int) -> None:
        assert queue == "conn.cisnet"
        self.queue.append(job_id)

    def is_empty(self, queue: str) -> bool:
        return not self.queue

    def taken(self) -> list[int]:
        """All that is in the queue, which is empty then."""
        ids, self.queue = self.queue, []
        return ids


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def announcer(trade: World, line: Line) -> Announcer:
    return Announcer(trade.gateway, send=line.send, is_empty=line.is_empty)


def rows(world: World, kind: str) -> list[int]:
    with world.sessions() as session:
        return list(session.scalars(select(job.c.id).where(job.c.kind == kind).order_by(job.c.id)))


@BOTH
def test_works_are_announced_once_and_not_before_their_window_ends(
    trade: World, tamala: Office, announcer: Announcer, line: Line
) -> None:
    tamala.say(a_work(number=1))
    tamala.say(a_work("OTHER SONG", number=2))
    trade.carry()
    works = rows(trade, "partner:cisnet")
    with trade.sessions() as session:
        (end,) = set(session.scalars(select(job.c.next_attempt_at).where(job.c.id.in_(works))))
    collecting = rows(trade, "collect:cisnet")
    announcer.run_once(end - timedelta(seconds=1))
    assert line.taken() == collecting
    assert announcer.run_once(end) == 2
    assert line.taken() == works
    assert announcer.run_once(end + timedelta(seconds=1)) == 0


@BOTH
def test_what_was_lost_on_the_way_is_announced_again_and_what_waits_in_the_queue_is_not(
    trade: World, tamala: Office, announcer: Announcer, line: Line
) -> None:
    tamala.say(a_work())
    trade.carry()
    now = trade.clock() + timedelta(minutes=2)
    assert announcer.run_once(now) == 2
    assert announcer.run_once(now + LOST_AFTER) == 0  # both ids are still in the queue: the workers are slow
    lost = line.taken()
    assert announcer.run_once(now + LOST_AFTER) == 2
    assert line.taken() == lost
    assert announcer.run_once(now + LOST_AFTER + timedelta(seconds=1)) == 0


@BOTH
def test_a_row_that_was_done_and_is_due_again_between_two_turns_is_announced_at_once(
    trade: World, announcer: Announcer, line: Line
) -> None:
    """The row that asks the partner for news never ends; nobody waits a minute because it was quick."""
    now = trade.clock()
    assert announcer.run_once(now) == 1
    (row,) = line.taken()
    with trade.gateway.sessions.begin() as session:
        (held,) = jobs.claim(
            session, kind=due.collect_kind("cisnet"), owner="a worker", limit=1, lease=timedelta(minutes=1), now=now
        )
        due.later(session, held, now + timedelta(seconds=1))
    assert announcer.run_once(now + timedelta(seconds=2)) == 1
    assert line.taken() == [row]


# --- on the real stack -------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Administered]:
    """A broker of one test, to be ill-treated."""
    own = Administered(tmp_path / "broker")
    own.start()
    yield own
    own.stop()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def real(tmp_path: Path, server: Administered, databases: Databases) -> Iterator[World]:
    """A gateway on the real stack that gathers for a minute, on a clock that is an hour behind that of its workers."""
    clock = Clock()
    clock.now = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    told = {"cisnet_window_s": 60, "poll_s": 5.0, "partner_lease_s": 900}
    with on_servers(tmp_path, server, databases.named("gateway"), clock, **told) as made:
        made.__post_init__()  # the queues are there now
        yield made


def waiting(world: World) -> int:
    """Ids in the partner's queue, by the broker's own count."""
    with Connection(world.gateway.settings.broker) as line:
        return int(line.default_channel.queue_declare("conn.cisnet", passive=True).message_count)


def states(world: World) -> dict[str, int]:
    with world.sessions() as session:
        counted = select(job.c.state, func.count()).where(job.c.kind == "partner:cisnet").group_by(job.c.state)
        return dict(tuple(row) for row in session.execute(counted))


@pytest.mark.services("postgresql", "rabbitmq")
def test_ids_that_were_lost_with_the_brokers_disk_are_announced_again_and_go_out_once(
    real: World, server: Administered, processes: Processes
) -> None:
    """Three works gathered for one file; their ids lie in the broker when it loses everything it knows."""
    office = real.office()
    for number in (1, 2, 3):
        office.say(a_work(f"SONG {number}", number=number))
    real.carry()
    assert (states(real), waiting(real)) == ({"due": 3}, 1)  # the one that asks for news has no window
    real.clock.move(60)
    real.carrier.run_once()
    until(lambda: waiting(real) == 4, "the ids in the queue")

    server.kill()
    shutil.rmtree(server.data)
    server.start()
    prepare(real.gateway)
    assert (states(real), waiting(real)) == ({"due": 3}, 0)

    def turn() -> bool:
        with suppress(ConnectionError):
            real.carrier.run_once()
            return True
        return False

    real.clock.move(LOST_AFTER.total_seconds())
    until(lambda: turn() and waiting(real) == 4, "the ids in the queue again")
    processes.start("worker", real.gateway.settings, "gateway", "worker", "--queues", "conn.cisnet")
    until(lambda: states(real) == {"done": 3}, "the works at the partner", 120)
    assert real.simulator is not None
    real.simulator.settle()
    assert len(list((real.simulator.data / "taken").iterdir())) == 1
    with real.sessions() as session:
        assert session.scalars(select(Transmission.file_number)).all() == [1]
