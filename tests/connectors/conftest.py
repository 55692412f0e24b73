"""Fixtures of the connectors: a simulated partner and the connector that speaks with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.cisnet.simulator import Simulator
from tests.connectors.partner import Clock, Partner, ledger_at, settings_for


@pytest.fixture
def cisnet(tmp_path: Path) -> Iterator[Partner]:
    """A simulated CIS-Net that has just been opened, and our connector to it."""
    clock = Clock()
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    ready = simulator.start()
    yield Partner(simulator, settings_for(ready), ledger_at(tmp_path / "ledger.sqlite"), clock)
    simulator.stop()
