"""The background threads of a node and a gateway: a change arrives by itself, and a failing turn stops nothing."""

import threading
from datetime import datetime
from typing import Any

from queues.carrier import Carrier
from tests.queues.world import WORK, Side


def test_a_change_arrives_without_anybody_turning_the_handle(node: Side, gateway: Side) -> None:
    enter, arrived = gateway.handlers[WORK], threading.Event()

    def tell(session: Any, envelope: Any) -> None:
        enter(session, envelope)
        arrived.set()

    gateway.handlers[WORK] = tell
    carriers = [Carrier(side.relay, side.intake, idle=0.01) for side in (node, gateway)]
    for carrier in carriers:
        carrier.start()
    node.post("by itself")
    carriers[0].wake()
    assert arrived.wait(20)
    for carrier in carriers:
        carrier.stop()
    assert gateway.values() == ["by itself"]


def test_a_turn_that_fails_is_logged_and_the_thread_goes_on(node: Side, caplog: Any) -> None:
    turns: list[datetime] = []
    twice = threading.Event()

    def fail(now: datetime) -> int:
        turns.append(now)
        if len(turns) == 2:
            twice.set()
        raise ZeroDivisionError

    carrier = Carrier(node.relay, node.intake, turns=[fail], idle=0.01, pause=0.01)
    carrier.start()
    assert twice.wait(20)
    carrier.stop()
    assert "a turn of the carrier failed" in caplog.text
