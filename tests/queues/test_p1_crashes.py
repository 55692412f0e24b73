"""P1: a process is killed by SIGKILL at a named point, or anywhere; then everything is drained and compared.

Each test first proves its fault: the process died by signal 9, and the databases show that it died where it should.
"""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, select

import queues
from queues.crash import POINTS, crash_point
from queues.tables import inbox, outbox, receipt
from tests.queues.world import GATEWAY, WORK, Side, World, faults
from tests.services import until

FORK = multiprocessing.get_context("fork")


def in_a_process(work: Callable[[], None]) -> Any:
    """Start ``work`` in a process of its own; it opens its own files and sockets."""
    process = FORK.Process(target=work)
    process.start()
    return process


def write(node: Side, number: int) -> None:
    """What an application does: change and message in one commit, with the two points around it."""
    with node.sessions() as session:
        queues.post(
            session,
            node_id="n001",
            stream=GATEWAY,
            type=WORK,
            subject=f"work/{number % 3}",
            data={"value": str(number)},
            now=node.clock.now,
        )
        crash_point("write.before_commit")
        session.commit()
    crash_point("write.after_commit")


def one_life(world: World, start: int) -> None:
    """A node and a gateway writing, relaying and taking in, until they end or are killed."""
    node, gateway = world.side("n001"), world.side("g1")
    for number in range(start, start + 5):
        write(node, number)
    node.turn()
    gateway.turn()
    node.turn()


def what_is_left(world: World) -> dict[str, int]:
    """What databases and queues hold, without what is zero."""
    node, gateway = world.side("n001"), world.side("g1")
    states = node.states()
    left = {
        "written": sum(states.values()),
        "unsealed": states.get("new", 0),
        "sealed": states.get("sealed", 0),
        "sent": states.get("sent", 0),
        "queued": node.uplink_size("in.n001"),
        "arrived": gateway.rows(select(func.count()).select_from(inbox))[0][0],
        "receipts": gateway.rows(select(func.count()).select_from(receipt))[0][0],
        "answers": node.uplink_size("out.n001"),
    }
    world.close()
    return {name: number for name, number in left.items() if number}


EXPECTED = {
    "write.before_commit": {"written": 3, "unsealed": 3},
    "write.after_commit": {"written": 4, "unsealed": 4},
    "relay.after_seal": {"written": 8, "sealed": 8},
    "relay.before_publish": {"written": 8, "sealed": 8},
    "relay.after_publish": {"written": 8, "sealed": 8, "queued": 1},
    "relay.after_confirm": {"written": 8, "sent": 8, "queued": 8},
    "intake.after_insert": {"written": 8, "sent": 8, "queued": 8},
    "intake.after_commit": {"written": 8, "sent": 8, "queued": 8, "arrived": 8},
    "intake.after_receipt": {"written": 8, "sent": 8, "arrived": 8, "receipts": 1, "answers": 1},
}


@pytest.mark.parametrize("point", POINTS)
def test_p1_nothing_is_lost_when_the_process_dies_at(point: str, world: World) -> None:
    node = world.side("n001")
    world.side("g1")
    for number in range(3):
        write(node, number)
    world.close()

    def die() -> None:
        os.environ["KORA_CRASH_AT"] = point
        one_life(world, 3)

    process = in_a_process(die)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    with suppress(TimeoutError):  # a broker takes a moment to see that its reader is dead
        until(lambda: what_is_left(world) == EXPECTED[point], "what this death leaves", seconds=10)
    left = what_is_left(world)
    assert left == EXPECTED[point]

    world.clock.forward(seconds=61)
    node, gateway = world.side("n001"), world.side("g1")
    for number in range(8, 11):
        write(node, number)
    world.drain(node, gateway)
    assert faults([node], gateway) == (0, 0, 0)
    assert node.states() == {"receipted": left["written"] + 3}
    assert len(gateway.rows(select(inbox))) == left["written"] + 3


@pytest.mark.parametrize("seed", range(20))
def test_p1_nothing_is_lost_when_the_process_dies_anywhere(seed: int, world: World) -> None:
    chance = random.Random(seed)  # noqa: S311 - chooses an instant, protects nothing
    world.side("n001")
    world.side("g1")
    world.close()
    ready = FORK.Event()

    def live() -> None:
        node, gateway = world.side("n001"), world.side("g1")
        ready.set()
        for number in range(100_000):
            write(node, number)
            if number % 4 == 0:
                node.turn()
                gateway.turn()

    process = in_a_process(live)
    assert ready.wait(30)
    time.sleep(chance.uniform(0.02, 0.3))
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert process.exitcode == -signal.SIGKILL

    world.clock.forward(seconds=61)
    node, gateway = world.side("n001"), world.side("g1")
    write(node, 1_000_000)
    world.drain(node, gateway)
    assert faults([node], gateway) == (0, 0, 0)
    assert set(node.states()) == {"receipted"}
    assert node.rows(select(func.count()).select_from(outbox)) == gateway.rows(select(func.count()).select_from(inbox))


def test_p1_a_point_that_is_not_named_kills_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KORA_CRASH_AT", "relay.after_seal")
    passed = []
    for point in set(POINTS) - {"relay.after_seal"}:
        crash_point(point)
        passed.append(point)
    assert len(passed) == len(POINTS) - 1
