"""Fixtures of the gateway: alone, and with a simulated CIS-Net."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.cisnet.simulator import Simulator
from gateway.app import open_gateway
from tests.connectors.partner import Clock
from tests.gateway.world import Office, World, settings_for


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's shell set for another installation counts for nothing here."""
    for name in [name for name in os.environ if name.startswith("KORA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """A gateway whose partner is not set up."""
    gateway = open_gateway(settings_for(tmp_path), now=clock)
    made = World(tmp_path, gateway, clock)
    yield made
    made.close()


@pytest.fixture
def trade(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """A gateway with a simulated CIS-Net on a real socket."""
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    gateway = open_gateway(settings_for(tmp_path, simulator.start()), now=clock)
    made = World(tmp_path, gateway, clock, simulator)
    yield made
    made.close()
    simulator.stop()


@pytest.fixture
def tamala(trade: World) -> Office:
    """An office that is let in, with CIS-Net behind the gateway."""
    return trade.office()
