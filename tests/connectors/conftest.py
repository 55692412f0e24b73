"""Fixtures of the connectors: a simulated partner and the connector that speaks with it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.cisnet.simulator import Simulator
from connectors.iswc.simulator import Simulator as IswcSimulator
from tests.connectors import iswc_partner
from tests.connectors.iswc_partner import IswcPartner
from tests.connectors.partner import Clock, Partner, ledger_at, settings_for


@pytest.fixture
def cisnet(tmp_path: Path) -> Iterator[Partner]:
    """A simulated CIS-Net that has just been opened, and our connector to it."""
    clock = Clock()
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    ready = simulator.start()
    yield Partner(simulator, settings_for(ready), ledger_at(tmp_path / "ledger.sqlite"), clock)
    simulator.stop()


@pytest.fixture
def iswc(tmp_path: Path) -> Iterator[IswcPartner]:
    """A simulated ISWC database that has just been opened, and our connector to it."""
    clock = Clock()
    simulator = IswcSimulator(tmp_path / "iswc", now=clock)
    ready = simulator.start()
    ledger = ledger_at(tmp_path / "iswc-ledger.sqlite")
    yield IswcPartner(simulator, iswc_partner.settings_for(ready), ledger, clock)
    simulator.stop()
