"""Fixtures of the gateway: alone, and with a simulated CIS-Net."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.cisnet.simulator import Simulator
from gateway import migrations
from gateway.gateway import open_gateway
from tests.builders import a_right_owner, a_work
from tests.connectors.partner import Clock
from tests.gateway.scenes import busy, misconfigured
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
def more(copied: Callable[..., str | None]) -> dict[str, Any]:
    """What a gateway is told about its database."""
    return {"database_url": copied("gateway", migrations.upgrade)}


@pytest.fixture
def world(tmp_path: Path, clock: Clock, more: dict[str, Any]) -> Iterator[World]:
    """A gateway whose partner is not set up."""
    gateway = open_gateway(settings_for(tmp_path, **more), now=clock)
    made = World(tmp_path, gateway, clock)
    yield made
    made.close()


@pytest.fixture
def trade(tmp_path: Path, clock: Clock, more: dict[str, Any]) -> Iterator[World]:
    """A gateway with a simulated CIS-Net on a real socket."""
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    gateway = open_gateway(settings_for(tmp_path, simulator.start(), **more), now=clock)
    made = World(tmp_path, gateway, clock, simulator)
    yield made
    made.close()
    simulator.stop()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A gateway with a bit of everything, for tests that only look; its clock stands where the last thing happened."""
    folder, clock = tmp_path_factory.mktemp("full"), Clock()
    simulator = Simulator(folder / "cisnet", now=clock)
    made = World(folder, open_gateway(settings_for(folder, simulator.start()), now=clock), clock, simulator)
    busy(made)
    yield made
    made.close()
    simulator.stop()


@pytest.fixture
def stuck(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """Two works parked on their way to the partner, for the same cause."""
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    made = misconfigured(tmp_path, simulator, clock, version="9.9")
    office = made.office()
    office.say(a_work(number=1))
    office.say(a_work("OTHER SONG", number=2))
    made.run()
    yield made
    made.close()
    simulator.stop()


@pytest.fixture
def broken(tmp_path: Path, clock: Clock, more: dict[str, Any]) -> Iterator[World]:
    """A gateway that came up without a partner its table of routes names: works make the handler fail."""
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    gateway = open_gateway(settings_for(tmp_path, simulator.start(), **more), partners={}, now=clock)
    made = World(tmp_path, gateway, clock, simulator)
    office = made.office()
    office.say(a_work())
    office.say(a_right_owner())
    for _ in range(6):
        made.carry()
    yield made
    made.close()
    simulator.stop()


@pytest.fixture
def tamala(trade: World) -> Office:
    """An office that is let in, with CIS-Net behind the gateway."""
    return trade.office()
