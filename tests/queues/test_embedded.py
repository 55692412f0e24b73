"""The broker in one file: leases, counted deliveries, bindings for every process."""

from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Consumer, Producer

from queues import topology
from queues.embedded import Unroutable
from queues.uplink import local_url
from tests.queues.world import Clock


@pytest.fixture
def channels(tmp_path: Path, clock: Clock) -> Any:
    connections = []

    def channel() -> Any:
        connections.append(Connection(local_url(tmp_path / "q.db"), transport_options={"clock": clock.seconds}))
        return connections[-1].channel()

    yield channel
    for connection in connections:
        connection.close()


def publish(channel: Any, *bodies: bytes, key: str = "n001.in") -> None:
    for body in bodies:
        Producer(channel, auto_declare=False).publish(
            body, exchange="kora.in", routing_key=key, content_type="application/jose+json", content_encoding="binary"
        )


def read(channel: Any) -> list[Any]:
    found: list[Any] = []
    consumer = Consumer(channel, [topology.queue_in("n001")], on_message=found.append, auto_declare=False)
    consumer.consume()
    try:
        while True:
            channel.connection.client.drain_events(timeout=0.001)
    except TimeoutError:
        return found


def test_a_binding_is_known_to_a_process_that_declared_nothing(channels: Any) -> None:
    topology.declare(channels(), ["n001"])
    publish(channels(), b"one")
    assert [message.body for message in read(channels())] == [b"one"]


def test_a_key_nobody_reads_is_an_error_and_not_a_loss(channels: Any) -> None:
    channel = channels()
    topology.declare(channel, ["n001"])
    with pytest.raises(Unroutable):
        publish(channel, b"one", key="n002.in")


def test_a_message_taken_and_not_acknowledged_comes_back_after_its_lease(channels: Any, clock: Clock) -> None:
    first, second = channels(), channels()
    topology.declare(first, ["n001"])
    publish(first, b"one", b"two")
    taken = read(first)
    assert read(second) == []
    taken[1].ack()
    clock.forward(seconds=61)
    (back,) = read(channels())
    assert (back.body, back.headers["x-delivery-count"]) == (b"one", 1)
    taken[0].ack()
    assert first._size("in.n001") == 1


def test_a_closed_reader_gives_back_in_order(channels: Any) -> None:
    first = channels()
    topology.declare(first, ["n001"])
    publish(first, b"one", b"two", b"three")
    read(first)
    first.connection.client.close()
    assert [message.body for message in read(channels())] == [b"one", b"two", b"three"]


def test_acknowledging_up_to_a_message_leaves_the_later_ones(channels: Any) -> None:
    channel = channels()
    topology.declare(channel, ["n001"])
    publish(channel, b"one", b"two", b"three")
    read(channel)[1].ack(multiple=True)
    assert channel._size("in.n001") == 1


def test_declaring_again_changes_nothing(channels: Any) -> None:
    channel = channels()
    topology.declare(channel, ["n001"])
    publish(channel, b"one")
    topology.declare(channel, ["n001", "n002"])
    assert [message.body for message in read(channel)] == [b"one"]


def test_a_rejected_message_goes_to_parking(channels: Any) -> None:
    channel = channels()
    topology.declare(channel, ["n001"])
    publish(channel, b"one")
    read(channel)[0].reject()
    assert (channel._size("in.n001"), channel._size(topology.PARKING)) == (0, 1)
