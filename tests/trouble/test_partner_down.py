"""A partner is away for a whole day: it is tried less and less often, somebody is told, and then everything goes."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.cisnet.simulator import Simulator
from gateway.gateway import open_gateway
from gateway.ops.models import Alert
from gateway.partners.models import ExchangedFile, PartnerCall
from queues.tables import job
from tests.builders import a_work
from tests.connectors.partner import Clock
from tests.gateway.conftest import clock, no_settings
from tests.gateway.world import World, settings_for
from tests.services import answers

__all__ = ["clock", "no_settings"]
pytestmark = pytest.mark.timeout(400)  # each try is three connections, with a moment between them
DAY = timedelta(hours=24)


def failures(world: World) -> list[PartnerCall]:
    with world.sessions() as session:
        return list(session.scalars(select(PartnerCall).where(PartnerCall.failure_class.is_not(None))))


def alerts(world: World) -> list[tuple[str, str, str]]:
    with world.sessions() as session:
        return [(one.condition, one.subject, one.event) for one in session.scalars(select(Alert).order_by(Alert.id))]


def states(world: World) -> set[str]:
    with world.sessions() as session:
        return set(session.scalars(select(job.c.state)))


def test_a_partner_that_is_down_for_a_day_gets_everything_once_when_it_is_back(tmp_path: Path, clock: Clock) -> None:
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    ready = simulator.start()
    world = World(tmp_path, open_gateway(settings_for(tmp_path, ready), now=clock), clock, simulator)
    office = world.office()
    simulator.stop()
    assert not answers(ready["port"])

    began, hours = clock(), 0
    while clock() - began < DAY:
        if clock() - began >= timedelta(hours=hours):
            office.say(a_work(f"SONG OF HOUR {hours}", number=hours + 1))
            hours += 1
            world.carry()
        for turn in world.turns:
            turn.run_once(clock())
        clock.move(300)
    world.carry()
    assert hours == 24
    assert states(world) == {"due"}
    assert alerts(world) == [("partner", "partner/cisnet", "began")]
    tries = [one.at for one in failures(world)]
    assert {one.failure_class for one in failures(world)} == {"F1"}
    pauses = [later - earlier for earlier, later in pairwise(tries) if later - earlier > timedelta(0)]
    assert max(pauses[:3]) < timedelta(minutes=10)
    assert all(timedelta(minutes=30) <= one < timedelta(minutes=40) for one in pauses[-20:])
    assert len(tries) < 120
    browser = world.sign_in()
    browser.open("/ops/alerts")
    assert "the partner cannot be reached" in browser.words()
    browser.open("/ops/parked")
    assert "SONG" not in browser.words()
    assert office.told == []

    again = Simulator(tmp_path / "cisnet", ready["port"], now=clock)
    again.start()
    world.simulator = again
    for _ in range(8):  # each waits an hour at most after its last try
        clock.move(600)
        world.run(rounds=1)
    world.run()
    assert states(world) == {"done"}
    heard = [subject for subject, status in office.heard() if status == "RA"]
    assert sorted(heard) == sorted(f"work/{a_work(number=number + 1).id}" for number in range(24))
    with world.sessions() as session:
        names = list(session.scalars(select(ExchangedFile.name).where(ExchangedFile.direction == "out")))
    assert len(names) == len(set(names))
    assert alerts(world) == [("partner", "partner/cisnet", "began"), ("partner", "partner/cisnet", "ended")]
    world.close()
    again.stop()
