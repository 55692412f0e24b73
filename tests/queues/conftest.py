"""Fixtures of the carriage: a stack, a world on it, its gateway and a node."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import queues
from queues.signing import SigningKey
from tests import services
from tests.databases import Databases, all_tables
from tests.queues.world import NODES, Clock, Side, Stack, World, alone, book_metadata

REAL = pytest.param("real", marks=pytest.mark.services("postgresql", "rabbitmq"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["embedded", REAL])
def stack(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Stack]:
    """Every test of the carriage holds on both stacks; one that concerns a single one asks for it by name."""
    if request.param == "embedded":
        broker = queues.local_url(tmp_path / "queue.db")
        yield Stack("embedded", broker, lambda name: f"sqlite:///{tmp_path}/{name}.db", clock)
        return
    databases: Databases = request.getfixturevalue("databases")
    broker = services.broker_url(request.getfixturevalue("worker_id"))
    fill = all_tables(queues.metadata, book_metadata)
    real = Stack("real", broker, lambda name: databases.copied(name, "carriage", fill), clock)
    with alone(broker, Path(tempfile.gettempdir())):
        real.clear()
        real.declare()
        yield real
        real.clear()


@pytest.fixture
def world(tmp_path: Path, clock: Clock, stack: Stack) -> Iterator[World]:
    keys = {name: SigningKey.generate(name) for name in ("g1", *NODES)}
    made = World(tmp_path, clock, stack, keys)
    yield made
    made.close()


@pytest.fixture
def gateway(world: World) -> Side:
    return world.side("g1")


@pytest.fixture
def node(world: World) -> Side:
    return world.side("n001")
