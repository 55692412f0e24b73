"""P3, P4: several writers and several relays on a real database, and no number is used twice or out of turn."""

import random
import threading
import time

from sqlalchemy import func, select

import queues
from queues.tables import outbox
from tests.queues.world import GATEWAY, WORK, Side, World, faults

WRITERS, CHANGES, RECORDS = 8, 60, 10


def test_p4_eight_writers_never_share_or_swap_a_number(world: World, node: Side, gateway: Side) -> None:
    def write(writer: int) -> None:
        chance = random.Random(writer)  # noqa: S311 - chooses records and delays, protects nothing
        for number in range(CHANGES):
            with node.sessions.begin() as session:
                queues.post(
                    session,
                    node_id="n001",
                    stream=GATEWAY,
                    type=WORK,
                    subject=f"work/{chance.randrange(RECORDS)}",
                    data={"value": f"{writer}.{number}"},
                    now=node.clock.now,
                )
                if number % 20 == 0:
                    time.sleep(chance.random() / 500)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = node.rows(select(outbox.c.aggregate, outbox.c.seq).order_by(outbox.c.id))
    assert len(rows) == WRITERS * CHANGES
    for record in {row.aggregate for row in rows}:
        numbers = [row.seq for row in rows if row.aggregate == record]
        assert numbers == list(range(1, len(numbers) + 1))
    world.drain(node, gateway)
    assert faults([node], gateway) == (0, 0, 0)


def test_p3_four_relays_and_a_line_that_shuffles_keep_the_order(world: World, node: Side, gateway: Side) -> None:
    for version in range(8):
        for record in range(10):
            node.post(str(version), subject=f"work/{record}")
    relays = [world.side("n001") for _ in range(4)]
    threads = [threading.Thread(target=side.turn) for side in relays]
    for thread in threads:
        thread.start()
    for side, thread in zip(relays, threads, strict=True):
        thread.join()
        side.uplink.close()
    numbers = node.rows(select(func.count(), func.max(outbox.c.nodeseq)).where(outbox.c.state == "sent"))
    assert [tuple(row) for row in numbers] == [(80, 80)]
    line = world.make_uplinks("g1", ["n001"])
    parcels = [queues.uplink.Parcel(str(place), GATEWAY, one.raw) for place, one in enumerate(line.fetch(500))]
    line.close()
    random.Random(7).shuffle(parcels)  # noqa: S311 - mixes, protects nothing
    node.uplink.send(parcels)
    gateway.uplink.fetch(0)
    world.drain(node, gateway)
    assert faults([node], gateway) == (0, 0, 0)
    assert node.states() == {"receipted": 80}
