"""S-05: what an account of a node may do at the broker, and every border it meets there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import amqp
import pytest
from amqp.exceptions import AMQPError
from kombu import Connection, Exchange, Producer, Queue

from gateway import broker
from gateway.gateway import open_gateway
from gateway.members import operations
from queues.tables import verification_count
from tests.connectors.partner import Clock
from tests.gateway.running import Administered
from tests.gateway.world import BARAKA, Office, World, settings_for
from tests.services import until

pytestmark = pytest.mark.services("rabbitmq")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Administered]:
    own = Administered(tmp_path_factory.mktemp("broker"))
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def world(server: Administered, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway that administers its broker, with two nodes that are let in."""
    folder, clock = tmp_path_factory.mktemp("s05"), Clock()
    settings = settings_for(folder, broker_url=server.gateway_url, broker_admin_url=server.admin_url)
    made = World(folder, open_gateway(settings, now=clock), clock)
    broker.prepare(made.gateway)
    made.office()
    made.office(BARAKA)
    yield made
    made.close()


def line_of(office: Office) -> Connection:
    return Connection(office.broker, transport_options={"confirm_publish": True})


def publish(channel: Any, exchange: str, key: str, **properties: Any) -> None:
    Producer(channel, auto_declare=False).publish(b"{}", exchange=exchange, routing_key=key, **properties)


def consume(channel: Any, queue: str) -> None:
    channel.basic_consume(queue)


OTHERS = "n002"
BORDERS: dict[str, Callable[[Any], Any]] = {
    "the key of another node": lambda channel: publish(channel, "kora.in", "n002.in"),
    "a key that means all": lambda channel: publish(channel, "kora.in", "#"),
    "in the name of another account": lambda channel: publish(channel, "kora.in", "n001.in", user_id=OTHERS),
    "the default exchange": lambda channel: publish(channel, "", "in.n002"),
    "the exchange to the nodes": lambda channel: publish(channel, "kora.out", "n002"),
    "the exchange of the jobs": lambda channel: publish(channel, "kora.jobs", "conn.cisnet"),
    "the exchange of the dead": lambda channel: publish(channel, "kora.dead", "n001.in"),
    "reading what another node gets": lambda channel: consume(channel, "out.n002"),
    "reading what another node sent": lambda channel: consume(channel, "in.n002"),
    "reading what it sent itself": lambda channel: consume(channel, "in.n001"),
    "reading the parking": lambda channel: consume(channel, "parking"),
    "reading jobs": lambda channel: consume(channel, "conn.cisnet"),
    "emptying a queue": lambda channel: channel.queue_purge("out.n002"),
    "removing its own queue": lambda channel: channel.queue_delete("out.n001"),
    "removing an exchange": lambda channel: channel.exchange_delete("kora.in"),
    "a queue of its own": lambda channel: Queue("mine", channel=channel).queue_declare(),
    "an exchange of its own": lambda channel: Exchange("mine", channel=channel).declare(),
    "binding its queue to more": lambda channel: channel.queue_bind("out.n001", "kora.out", "n002"),
    "binding another's queue": lambda channel: channel.queue_bind("out.n002", "kora.in", "n001.in"),
}


@pytest.mark.parametrize("border", BORDERS)
def test_s05_a_node_is_refused_at_every_border(world: World, border: str) -> None:
    with line_of(world.offices[0]) as line, pytest.raises(AMQPError) as refused:
        BORDERS[border](line.channel())
    assert refused.value.code in (403, 406), refused.value
    assert "ACCESS_REFUSED" in str(refused.value) or "user_id" in str(refused.value)


def test_s05_what_a_node_is_for_it_may_do(world: World) -> None:
    office = world.offices[0]
    with line_of(office) as line:
        channel = line.channel()
        publish(channel, "kora.in", "n001.in", user_id="n001", content_type="application/jose+json")
        consume(channel, "out.n001")
        assert channel.queue_declare("out.n001", passive=True).consumer_count == 1


def test_s05_a_message_without_its_account_is_refused(world: World) -> None:
    """Even well signed: the relay of the office seals it, another line carries it."""
    office = world.offices[0]
    before = refusals(world)
    with line_of(office) as line:
        channel = line.channel()
        publish(channel, "kora.in", "n001.in", content_type="application/jose+json", content_encoding="binary")
        until(lambda: world.carrier.run_once() >= 0 and refusals(world) > before, "the refusal")
    assert refusals(world) == before + 1


def refusals(world: World) -> int:
    with world.sessions() as session:
        rows = session.execute(verification_count.select()).all()
        return sum(row.count for row in rows if row.source == "urn:kora:node:-")


def test_s05_four_connections_and_no_fifth(world: World) -> None:
    lines = [line_of(world.offices[1]) for _ in range(4)]
    try:
        for line in lines:
            line.connect()
        assert is_refused(world.offices[1])
    finally:
        for line in lines:
            line.close()


def test_s05_guest_is_gone_and_would_have_been_refused(world: World, server: Administered) -> None:
    users = server.control("list_users")
    assert "guest" not in users
    told = world.gateway.settings.model_copy(update={"broker_url": server.url})
    with pytest.raises(broker.DefaultAccount, match="KORA_BROKER_URL"):
        broker.prepare(replace(world.gateway, settings=told))


def is_refused(office: Office) -> bool:
    """Whether the broker does not let the account of an office connect."""
    told = line_of(office)
    line = amqp.Connection(f"{told.hostname}:{told.port}", told.userid, told.password, virtual_host=told.virtual_host)
    try:
        line.connect()
    except (AMQPError, OSError):
        return True
    finally:
        line.collect()
    return False


def test_s05_suspension_closes_the_account_and_approval_opens_it(world: World) -> None:
    office = world.offices[1]
    line = line_of(office)
    line.connect()
    world.do(operations.suspend, office.node_id)
    broker.follow(world.gateway, office.node_id)
    with pytest.raises((AMQPError, ConnectionError)):
        line.drain_events(timeout=20)
    line.collect()
    assert is_refused(office)
    world.do(operations.approve, office.node_id)
    broker.follow(world.gateway, office.node_id)
    assert not is_refused(office)
