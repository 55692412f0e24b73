"""The broker is away for an hour: people go on working and see how much waits, and afterwards everything arrives."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kombu import Connection
from sqlalchemy import func, select

import queues
from local_node.admin.models import GatewayKey
from local_node.worker import make_carrier
from local_node.works.models import WorkRow
from queues import topology
from queues.signing import SigningKey
from queues.tables import outbox
from tests.local_node.conftest import Browser, Office
from tests.queues.world import Clock, Side, Stack, World, book, book_metadata, enter
from tests.services import RabbitMQ, answers

pytestmark = [pytest.mark.services("rabbitmq"), pytest.mark.timeout(300)]
TOLD = ("kora.work.registered.v1", "kora.work.updated.v1", "kora.party.registered.v1")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RabbitMQ]:
    """A broker of this test alone, to be ill-treated."""
    own = RabbitMQ(tmp_path / "broker")
    own.start()
    with Connection(own.url) as connection:
        topology.declare(connection.channel(), ("n001",), jobs=False)
    yield own
    own.stop()


@pytest.fixture
def keys() -> dict[str, SigningKey]:
    return {name: SigningKey.generate(name) for name in ("g1", "n001")}


@pytest.fixture
def gateway(tmp_path: Path, broker: RabbitMQ, keys: dict[str, SigningKey]) -> Iterator[Side]:
    """What stands behind the broker and writes down everything it is told."""
    clock = Clock()
    stack = Stack("real", broker.url, lambda name: f"sqlite:///{tmp_path}/{name}.db", clock)
    world = World(tmp_path, clock, stack, keys)
    engine = queues.open_database(f"sqlite:///{tmp_path}/g1.db")
    queues.metadata.create_all(engine)
    book_metadata.create_all(engine)
    engine.dispose()
    side = world.side("g1")
    side.handlers |= dict.fromkeys(TOLD, enter)
    yield side
    world.close()


@pytest.fixture
def office(office: Office, broker: RabbitMQ, keys: dict[str, SigningKey]) -> Office:
    """The office, which speaks over this broker and trusts this gateway."""
    settings = office.node.settings.model_copy(update={"broker_url": broker.url, "uplink": "amqp"})
    keys["n001"].save(settings.signing_key)
    with office.node.sessions.begin() as session:
        key = keys["g1"]
        session.add(GatewayKey(kid=key.kid, jwk=key.public_jwk(), active=True, pinned_at=office.clock()))
    office.node = replace(office.node, settings=settings)
    return office


def light(browser: Browser) -> tuple[str, int]:
    """The light in the frame: its state, and how many messages wait."""
    found = re.search(
        r'<a class="sync([^"]*)".*?<bdi dir="ltr" class="n">([\d,.\s]*)</bdi>', browser.open("/works"), re.S
    )
    assert found is not None, browser.page
    return found[1].strip() or "ok", int(found[2])


def states(office: Office) -> dict[str, int]:
    with office.node.sessions() as session:
        rows = session.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
        return dict(tuple(row) for row in rows)


def test_a_broker_that_is_down_for_an_hour_costs_time_and_nothing_else(
    broker: RabbitMQ, gateway: Side, office: Office, awa: Browser
) -> None:
    carrier = make_carrier(office.node)
    assert carrier is not None

    def carry(rounds: int = 60) -> None:
        for _ in range(rounds):
            moved = carrier.run_once() + gateway.turn()
            office.clock.move(seconds=2)
            gateway.clock.forward(seconds=2)
            if not moved and set(states(office)) == {"receipted"}:
                return
        raise AssertionError(states(office))

    line = {"interests-0-holder": "AWA DIALLO", "interests-0-role": "CA", "interests-0-pr": "100"}
    awa.open("/works/new?class=MW")
    awa.send("/works/new?class=MW", titles__0__text="SONG OF THE FIRST DAY", **line)
    assert awa.status == 200
    carry()
    assert light(awa) == ("ok", 0)
    with office.node.sessions() as session:
        id = session.scalars(select(WorkRow.id)).one()

    broker.kill()
    assert not answers(broker.port)
    with pytest.raises(ConnectionError):
        gateway.turn()
    refused, minutes, seen = 0, 0, []
    while minutes < 60:
        awa.open(f"/works/{id}")
        awa.send(f"/works/{id}", titles__0__text=f"SONG AFTER {minutes} MINUTES")
        assert awa.status == 200
        try:
            carrier.run_once()
        except OSError:
            refused += 1
        office.clock.move(minutes=5)
        gateway.clock.forward(minutes=5)
        minutes += 5
        seen.append(light(awa))
        awa.open("/")
        assert awa.status == 200
    assert refused == 12
    assert [waiting for _, waiting in seen] == list(range(1, 13))
    assert [state for state, _ in seen] == ["ok"] * 3 + ["late"] * 9

    broker.start()
    office.clock.move(minutes=1)
    gateway.clock.forward(minutes=1)
    carry()
    assert light(awa) == ("ok", 0)
    with office.node.sessions() as session:
        sent = list(session.scalars(select(outbox.c.msg_id).order_by(outbox.c.id)))
    arrived = gateway.rows(select(book).order_by(book.c.id))
    assert [row.msg_id for row in arrived] == sent
    assert [row.seq for row in arrived if row.subject == f"work/{id}"] == list(range(1, 14))
    carrier.stop()
