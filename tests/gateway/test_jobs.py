"""Work for partners by workers of Celery, on RabbitMQ and PostgreSQL, each worker a process of its own."""

import os
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kombu import Connection
from sqlalchemy import func, select

from gateway.partners.models import Submission
from queues import topology
from queues.tables import job
from tests.builders import a_work
from tests.databases import Databases
from tests.gateway.running import Administered, Processes, kill
from tests.gateway.world import World, on_servers
from tests.services import until

pytestmark = pytest.mark.services("postgresql", "rabbitmq")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administered]:
    """A broker of these tests alone, to be asked what it holds and to be ill-treated."""
    own = Administered(tmp_path_factory.mktemp("broker"))
    own.start()
    yield own
    own.stop()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def world(tmp_path: Path, server: Administered, databases: Databases, processes: Processes) -> Iterator[World]:
    """A gateway that gathers nothing, on the real stack and the real clock, with a simulated CIS-Net."""
    with on_servers(tmp_path, server, databases.named("gateway")) as made:
        processes.start("exchange", made.gateway.settings, "gateway", "exchange")
        yield made
        processes.stop()
        with Connection(made.gateway.settings.broker) as line:
            channel = line.channel()
            for queue in topology.all_queues(["n001"]):
                channel.queue_delete(queue.name)


def start_worker(processes: Processes, world: World, name: str, **more: str) -> subprocess.Popen[bytes]:
    command = ("gateway", "worker", "--queues", "conn.cisnet")
    return processes.start(name, world.gateway.settings, *command, **more)


def states(world: World) -> dict[str, int]:
    """Rows for CIS-Net by state."""
    with world.sessions() as session:
        counted = select(job.c.state, func.count()).where(job.c.kind == "partner:cisnet").group_by(job.c.state)
        return dict(tuple(row) for row in session.execute(counted))


def holders(world: World) -> set[int]:
    """Process groups of the workers that hold rows for CIS-Net now."""
    with world.sessions() as session:
        owners = session.scalars(
            select(job.c.lease_owner).where(job.c.kind == "partner:cisnet", job.c.state == "running").distinct()
        ).all()
    return {os.getpgid(int(owner.split(":")[1])) for owner in owners}


def received(world: World) -> list[str]:
    """What became of each file CIS-Net took."""
    assert world.simulator is not None
    world.simulator.settle()
    with closing(sqlite3.connect(world.folder / "cisnet" / "simulator.sqlite")) as register:
        return [row[0] for row in register.execute("SELECT outcome FROM taken ORDER BY rowid")]


def test_workers_share_the_work_and_one_that_is_killed_loses_nothing(world: World, processes: Processes) -> None:
    office = world.office()
    assert world.simulator is not None
    world.simulator.switches.slow = 0.02
    workers = {name: start_worker(processes, world, name) for name in ("a", "b")}
    busy: set[int] = set()
    said = 0

    def one_more() -> bool:
        nonlocal said
        said += 1
        office.say(a_work(f"SONG {said}", number=said))
        office.turn()
        busy.update(holders(world))
        return busy == {workers["a"].pid, workers["b"].pid}

    until(one_more, "both workers at work", 60)

    def a_is_busy() -> bool:
        one_more()
        return workers["a"].pid in holders(world)

    until(a_is_busy, "the first worker at work")
    kill(workers["a"])
    assert workers["a"].returncode == -signal.SIGKILL
    assert states(world)["running"] >= 1

    def done() -> bool:
        office.turn()
        return states(world) == {"done": said}

    until(done, "the end of all works")
    outcomes = received(world)
    assert all(re.fullmatch(r"\d+ answered", one) for one in outcomes)
    assert sum(int(one.split()[0]) for one in outcomes) == said
    with world.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == said


def names(listed: str) -> list[str]:
    """The first column of what the control script lists, without the broker's own exchanges."""
    found = {line.split("\t")[0] for line in listed.splitlines()}
    return sorted(one for one in found if one and not one.startswith("amq."))


def test_a_worker_makes_nothing_on_the_broker(world: World, processes: Processes, server: Administered) -> None:
    """The list of what a broker holds is known: what the gateway declares, and nothing of Celery's own."""
    office = world.office()
    start_worker(processes, world, "a")
    office.say(a_work())

    def done() -> bool:
        office.turn()
        return states(world) == {"done": 1}

    until(done, "a work at the partner")
    assert names(server.control("list_queues", "-p", "kora", "name")) == sorted(
        queue.name for queue in topology.all_queues(["n001"])
    )
    exchanges = names(server.control("list_exchanges", "-p", "kora", "name"))
    assert exchanges == ["kora.dead", "kora.in", "kora.jobs", "kora.out"]
