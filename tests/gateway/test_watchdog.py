"""A worker that no job reaches any more ends, so that its supervisor starts it anew; nothing is lost by that."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.job_worker import CONSUMES_NO_MORE
from queues.tables import job
from tests.builders import a_work
from tests.databases import Databases
from tests.gateway.proxy import Proxy
from tests.gateway.running import Administered, Processes
from tests.gateway.world import World, on_servers
from tests.services import until

pytestmark = [pytest.mark.services("postgresql", "rabbitmq"), pytest.mark.timeout(300)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Administered]:
    own = Administered(tmp_path / "broker")
    own.start()
    yield own
    own.stop()


@pytest.fixture
def proxy(server: Administered) -> Iterator[Proxy]:
    made = Proxy(server.port)
    yield made
    made.stop()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def world(tmp_path: Path, server: Administered, databases: Databases, processes: Processes) -> Iterator[World]:
    with on_servers(tmp_path, server, databases.named("gateway")) as made:
        processes.start("exchange", made.gateway.settings, "gateway", "exchange")
        yield made
        processes.stop()


def start_worker(processes: Processes, world: World, name: str, port: int) -> subprocess.Popen[bytes]:
    """A worker that reaches the broker at this port, and whose watchdog is impatient."""
    url = world.gateway.settings.broker
    through = url.replace(f":{url.rpartition(':')[2].partition('/')[0]}/", f":{port}/")
    told = {"KORA_BROKER_URL": through, "KORA_WATCHDOG_S": "4"}
    return processes.start(name, world.gateway.settings, "gateway", "worker", "--queues", "conn.cisnet", **told)


def states(world: World) -> dict[str, int]:
    with world.sessions() as session:
        counted = select(job.c.state, func.count()).where(job.c.kind == "partner:cisnet").group_by(job.c.state)
        return dict(tuple(row) for row in session.execute(counted))


def is_there(group: int) -> bool:
    """Whether a process group has any process."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_whose_line_carries_nothing_ends_with_70_and_the_next_one_does_its_work(
    world: World, processes: Processes, proxy: Proxy
) -> None:
    office = world.office()
    first = start_worker(processes, world, "first", proxy.port)

    def done(number: int) -> bool:
        office.turn()
        return states(world) == {"done": number}

    office.say(a_work("SONG 1", number=1))
    until(lambda: done(1), "a work through the proxy")
    assert first.poll() is None

    proxy.cut.set()
    office.say(a_work("SONG 2", number=2))
    until(lambda: first.poll() is not None, "the end of the worker", 90)
    assert first.returncode == CONSUMES_NO_MORE == 70
    assert proxy.swallowed > 0
    until(lambda: not is_there(first.pid), "the end of its children")
    office.turn()
    assert states(world)["done"] == 1

    proxy.cut.clear()
    second = start_worker(processes, world, "second", proxy.port)
    until(lambda: done(2), "the work that waited", 120)
    assert second.poll() is None
    assert outcomes(world) == ["1 answered", "1 answered"]


def test_a_worker_ends_without_its_broker_too_and_the_next_one_waits_until_it_is_back(
    world: World, processes: Processes, server: Administered
) -> None:
    office = world.office()
    first = start_worker(processes, world, "first", server.port)

    def done(number: int) -> bool:
        with suppress(ConnectionError):
            office.turn()
        return states(world) == {"done": number}

    office.say(a_work("SONG 1", number=1))
    until(lambda: done(1), "a work at the partner")
    server.kill()
    office.say(a_work("SONG 2", number=2))
    until(lambda: first.poll() is not None, "the end of the worker", 90)
    assert first.returncode == CONSUMES_NO_MORE

    second = start_worker(processes, world, "second", server.port)
    until(lambda: processes.said("second").count("Cannot connect") >= 4, "tries over more than its patience", 90)
    assert second.poll() is None
    server.start()
    until(lambda: done(2), "the work that waited", 120)
    assert second.poll() is None
    assert outcomes(world) == ["1 answered", "1 answered"]


def outcomes(world: World) -> list[str]:
    """What became of each file CIS-Net took."""
    assert world.simulator is not None
    world.simulator.settle()
    with closing(sqlite3.connect(world.folder / "cisnet" / "simulator.sqlite")) as register:
        return [row[0] for row in register.execute("SELECT outcome FROM taken ORDER BY rowid")]
