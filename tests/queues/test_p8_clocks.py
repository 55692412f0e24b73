"""P8: a node whose clock is wrong, or jumps, changes neither order nor de-duplication, and nothing waits for ever."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.queues.world import START, Clock, Side, World, faults

Wrong = Callable[[int], datetime]
YEARS, DAY = timedelta(days=3650), timedelta(days=1)


def jumping(turn: int) -> datetime:
    """Somewhere else at every turn: years ago, hours off, in a day."""
    away = random.Random(turn).choice([-YEARS, -DAY, timedelta(hours=-3), timedelta(0), DAY])  # noqa: S311 - mixes
    return START + away + timedelta(seconds=turn)


WRONG: dict[str, Wrong] = {
    "ten years slow": lambda turn: START - YEARS + timedelta(seconds=turn),
    "a day fast": lambda turn: START + DAY + timedelta(seconds=turn),
    "set back by ten years on the way": lambda turn: START - YEARS * (turn > 3) + timedelta(seconds=turn),
    "jumping": jumping,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_p8_a_wrong_clock_changes_nothing(wrong: Wrong, world: World, node: Side, gateway: Side) -> None:
    node.clock = Clock(wrong(0))
    for turn in range(60):
        node.clock.now = wrong(turn)
        if turn < 20:
            node.post(str(turn), subject=f"work/{turn % 3}")
        node.turn()
        gateway.turn()
        gateway.clock.forward(seconds=2)
    assert abs(node.clock.now - gateway.clock.now) > timedelta(hours=1) or wrong is jumping
    assert faults([node], gateway) == (0, 0, 0)
    assert gateway.outcomes() == {"applied": 20}
    assert node.states() == {"receipted": 20}


def test_p8_the_lease_of_a_relay_that_died_in_the_future_is_free(world: World, node: Side, gateway: Side) -> None:
    node.clock = Clock(START + DAY)
    node.post("before")
    dead = world.side("n001")
    dead.relay._prepare("urn:kora:gateway:g1", node.clock.now)  # takes the lease and dies
    node.clock.now = START
    assert node.relay.run_once(node.clock.now) == 1
