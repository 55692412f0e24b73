"""The gateway dies at a named moment of its work for a partner; afterwards nothing is lost or said twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.cisnet.simulator import Simulator
from gateway.gateway import open_gateway
from gateway.partners.models import ExchangedFile, Submission
from gateway.partners.turn import PartnerTurn
from queues.tables import job
from tests.builders import a_work
from tests.connectors.partner import Clock
from tests.gateway.world import World, settings_for

ROOT = Path(__file__).parents[2]
ONE_TURN = """
from gateway.gateway import open_gateway
from gateway.exchange import make_turns
from gateway.settings import GatewaySettings
gateway = open_gateway(GatewaySettings())
for turn in make_turns(gateway):
    turn.run_once(gateway.now())
"""


@pytest.fixture
def clock() -> Clock:
    """The process that dies reads the real clock, so this one begins there too."""
    clock = Clock()
    clock.now = datetime.now(UTC).replace(microsecond=0)
    return clock


@pytest.fixture
def at_once(tmp_path: Path, clock: Clock) -> Iterator[World]:
    """A gateway that gathers nothing, with a work of one office ready to go out."""
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    settings = settings_for(tmp_path, simulator.start(), cisnet_window_s=0)
    world = World(tmp_path, open_gateway(settings, now=clock), clock, simulator)
    world.office().say(a_work())
    # What the other process reads as now must not lie before what this one wrote.
    world.carrier.run_once()
    world.offices[0].turn()
    world.carrier.run_once()
    yield world
    world.close()
    simulator.stop()


def dies_at(world: World, point: str) -> None:
    """One turn of the partner in a process of its own that is killed at this point."""
    settings = world.gateway.settings
    told = {f"KORA_{name.upper()}": str(value) for name, value in settings.model_dump(exclude_defaults=True).items()}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("KORA_")}
    ran = subprocess.run(
        [sys.executable, "-c", ONE_TURN],
        cwd=ROOT,
        env=inherited | told | {"KORA_CRASH_AT": point},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr


def files(world: World) -> list[str]:
    with world.sessions() as session:
        found = select(ExchangedFile.direction).order_by(ExchangedFile.id)
        return list(session.scalars(found))


def taken_in(world: World) -> int:
    """Files that reached the partner, as the partner counts them."""
    assert world.simulator is not None
    return len(list((world.simulator.data / "taken").iterdir()))


@pytest.mark.parametrize(("point", "at_partner"), [("partner.after_plan", 0), ("partner.after_send", 1)])
def test_a_batch_goes_out_once_though_the_gateway_died_before_it_knew(
    at_once: World, point: str, at_partner: int
) -> None:
    world = at_once
    dies_at(world, point)
    assert world.simulator is not None
    world.simulator.settle()
    with world.sessions() as session:
        assert session.scalars(select(job.c.state)).all() == ["running"]
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
    assert (files(world), taken_in(world)) == ([], at_partner)
    world.clock.move(16 * 60)
    world.run()
    assert (files(world), taken_in(world)) == (["out", "in", "in"], 1)
    assert [status for _, status in world.offices[0].heard()] == ["RA", "AS"]
    with world.sessions() as session:
        assert session.scalars(select(job.c.state)).all() == ["done"]


def test_answers_are_told_once_though_the_gateway_died_before_it_confirmed_them(at_once: World) -> None:
    world = at_once
    (partner,) = world.gateway.partners.values()
    sends_only = PartnerTurn(world.gateway.sessions, partner, collect_s=3600)
    sends_only.run_once(world.clock() - timedelta(minutes=1))
    assert sends_only.run_once(world.clock()) == 1
    assert world.simulator is not None
    world.simulator.settle()
    dies_at(world, "partner.after_answers")
    assert files(world) == ["out", "in"]
    world.run()
    assert files(world) == ["out", "in", "in"]
    assert [status for _, status in world.offices[0].heard()] == ["RA", "AS"]


def test_answers_to_a_batch_that_the_gateway_does_not_know_as_sent_wait_until_it_does(at_once: World) -> None:
    world = at_once
    dies_at(world, "partner.after_send")
    assert world.simulator is not None
    world.simulator.settle()
    world.run()  # started again at once: the batch is still held by the process that died
    assert files(world) == []
    assert world.offices[0].told == []
    world.clock.move(16 * 60)
    world.run()
    assert (files(world), taken_in(world)) == (["out", "in", "in"], 1)
    assert [status for _, status in world.offices[0].heard()] == ["RA", "AS"]
