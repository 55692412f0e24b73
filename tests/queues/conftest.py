"""Fixtures of the carriage: a world, its gateway and a node."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import queues
from queues.signing import SigningKey
from tests.queues.world import Clock, Side, World


@pytest.fixture(params=["embedded"])
def transport(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Clock], Any]:
    """Makes uplinks; a further transport is a further parameter here."""
    url = queues.local_url(tmp_path / "queue.db")

    def of(clock: Clock) -> Any:
        def make(name: str, nodes: list[str]) -> Any:
            options = {"linger": 0.001, "transport_options": {"clock": clock.seconds}}
            if name == "g1":
                return queues.gateway_uplink(url, nodes=lambda: nodes, **options)
            return queues.node_uplink(url, node_id=name, gateway_id="g1", **options)

        return make

    return of


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock, transport: Any) -> Iterator[World]:
    keys = {name: SigningKey.generate(name) for name in ("g1", "n001", "n002")}
    made = World(tmp_path, clock, transport(clock), keys)
    yield made
    made.close()


@pytest.fixture
def gateway(world: World) -> Side:
    return world.side("g1")


@pytest.fixture
def node(world: World) -> Side:
    return world.side("n001")
