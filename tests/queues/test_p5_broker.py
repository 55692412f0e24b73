"""P5: a broker that is killed, or loses its disk, in the middle of the traffic costs time and nothing else."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

import queues
from tests.databases import Databases, all_tables
from tests.queues.world import Clock, Side, Stack, World, book_metadata, faults
from tests.services import RabbitMQ, answers, until

pytestmark = [pytest.mark.services("postgresql", "rabbitmq"), pytest.mark.timeout(300)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RabbitMQ]:
    """A broker of this test alone, to be ill-treated."""
    own = RabbitMQ(tmp_path / "broker")
    own.start()
    yield own
    own.stop()


@pytest.fixture
def stack(broker: RabbitMQ, databases: Databases, clock: Clock) -> Iterator[Stack]:
    fill = all_tables(queues.metadata, book_metadata)
    real = Stack("real", broker.url, lambda name: databases.copied(name, "carriage", fill), clock)
    real.declare()
    yield real


@contextmanager
def traffic(node: Side, gateway: Side) -> Iterator[list[int]]:
    """A node that goes on writing and both sides turning, whatever happens to the line; the number written so far."""
    written, stop = [0], threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            node.post(str(written[0]), subject=f"work/{written[0] % 7}")
            written[0] += 1
            for side in (node, gateway):
                with suppress(ConnectionError):
                    side.turn()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield written
    finally:
        stop.set()
        thread.join(60)


def more(written: list[int], number: int) -> None:
    """Wait until so many more were written."""
    goal = written[0] + number
    until(lambda: written[0] >= goal, f"{number} more messages")


def test_p5_a_broker_killed_three_times_costs_nothing(
    broker: RabbitMQ, world: World, node: Side, gateway: Side
) -> None:
    with traffic(node, gateway) as written:
        for _ in range(3):
            more(written, 20)
            broker.kill()
            assert not answers(broker.port)
            more(written, 5)
            broker.start()
    world.clock.forward(hours=1)
    world.drain(node, gateway, rounds=400)
    assert faults([node], gateway) == (0, 0, 0)
    assert node.states() == {"receipted": written[0]}
    assert written[0] >= 75


def test_p5_a_broker_that_lost_its_disk_costs_nothing(
    broker: RabbitMQ, world: World, node: Side, gateway: Side
) -> None:
    with traffic(node, gateway) as written:
        more(written, 20)
    gateway.uplink.close()
    for number in range(30):
        node.post(f"in the broker alone {number}", subject="work/1")
    assert node.relay.run_once(world.clock.now) == 30
    until(lambda: node.uplink_size("in.n001") >= 30, "thirty messages in the broker")
    broker.kill()
    shutil.rmtree(broker.data)
    broker.start()
    world.stack.declare()
    node.uplink.close()
    assert node.uplink_size("in.n001") == 0
    assert node.states()["sent"] >= 30
    world.clock.forward(hours=1)
    world.drain(node, gateway, rounds=400)
    assert faults([node], gateway) == (0, 0, 0)
    assert node.states() == {"receipted": written[0] + 30}
