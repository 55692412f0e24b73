"""Hints: what another process posts is carried at once, long before anybody would have looked."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import queues
from queues.carrier import Carrier
from queues.notify import Bell
from tests.queues.conftest import REAL
from tests.queues.world import GATEWAY, WORK, Side, World
from tests.services import until

LONG = 60.0
"""Seconds between two looks in these tests; nobody waits for one."""


@pytest.fixture
def bell(node: Side) -> Iterator[Bell]:
    hung = Bell(node.engine)
    hung.wait(0)  # from now on it listens
    yield hung
    hung.close()


def waited(bell: Bell, seconds: float) -> float:
    begin = time.monotonic()
    bell.wait(seconds)
    return time.monotonic() - begin


def test_a_call_of_the_own_process_ends_the_wait_even_if_it_came_before(bell: Bell) -> None:
    bell.ring()
    assert waited(bell, LONG) < LONG / 2
    assert waited(bell, 0.05) >= 0.05


@pytest.mark.parametrize("stack", [REAL], indirect=True)
def test_a_message_rings_when_it_is_committed_and_not_before(world: World, node: Side, bell: Bell) -> None:
    elsewhere = world.side("n001")
    with elsewhere.sessions.begin() as session:
        for _ in range(3):
            queues.post(
                session, node_id="n001", stream=GATEWAY, type=WORK, subject="work/1", data={}, now=node.clock.now
            )
        assert waited(bell, 0.2) >= 0.2
    assert waited(bell, LONG) < LONG / 2
    assert waited(bell, 0.05) >= 0.05


@pytest.mark.parametrize("stack", [REAL], indirect=True)
def test_a_job_rings_too(world: World, node: Side, bell: Bell) -> None:
    with world.side("n001").sessions.begin() as session:
        queues.jobs.add(session, kind="conn.cisnet", key="1", node_id="n001", payload_ref=None, now=node.clock.now)
    assert waited(bell, LONG) < LONG / 2


@pytest.mark.parametrize("stack", [REAL], indirect=True)
def test_a_change_of_another_process_travels_to_the_end_without_anybody_looking(
    world: World, node: Side, gateway: Side
) -> None:
    carriers = [Carrier(side.relay, side.intake, idle=LONG) for side in (node, gateway)]
    for carrier in carriers:
        carrier.start()
    until(lambda: all(listening(side) for side in (node, gateway)), "both listen")
    elsewhere = world.side("n001")
    elsewhere.clock = type(elsewhere.clock)(datetime.now(UTC))
    elsewhere.post("from a command")
    until(lambda: gateway.values() == ["from a command"], "the message", seconds=LONG / 2)
    until(lambda: node.states() == {"receipted": 1}, "its receipt", seconds=LONG / 2)
    for carrier in carriers:
        carrier.stop()
    assert (gateway.values(), node.states()) == (["from a command"], {"receipted": 1})


def listening(side: Side) -> Any:
    with side.engine.connect() as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN kora' AND datname = current_database()"
        return connection.exec_driver_sql(asked).scalar()
