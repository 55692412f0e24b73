"""P11: projections can be made anew from the stored bytes, and nobody outside notices."""

from typing import Any

from sqlalchemy import delete, select, update

import queues
from queues import jobs, replay
from queues.tables import inbox, job, outbox
from tests.queues.world import GATEWAY, WORK, Side, World, book


def test_p11_a_rebuild_makes_the_same_projection_and_no_second_job(world: World, node: Side, gateway: Side) -> None:
    enter = gateway.handlers[WORK]
    flags: list[bool] = []

    def work(session: Any, envelope: queues.Envelope) -> None:
        flags.append(envelope.replay)
        if envelope.data["value"] == "bad":
            raise queues.Refused("bad")
        enter(session, envelope)
        jobs.add(
            session,
            kind="conn.cisnet",
            key=f"cisnet:{envelope.id}",
            node_id="n001",
            payload_ref=envelope.id,
            now=world.clock.now,
        )
        queues.post(
            session,
            node_id="n001",
            stream=envelope.source,
            type="kora.work.acknowledged.v1",
            subject=envelope.subject,
            data={},
            now=world.clock.now,
        )

    gateway.handlers[WORK] = work
    node.handlers["kora.work.acknowledged.v1"] = lambda session, envelope: None
    for number in range(20):
        node.post("bad" if number == 4 else str(number), subject=f"work/{number % 3}")
    world.drain(node, gateway)
    content = select(book.c.subject, book.c.seq, book.c.value, book.c.msg_id).order_by(book.c.id)
    before = [gateway.rows(statement) for statement in (content, select(job), select(outbox))]
    flags.clear()
    with gateway.sessions.begin() as session:
        session.execute(delete(book))
        done = replay.rebuild(
            session, audience=GATEWAY, keys=gateway.ring, handlers=gateway.handlers, now=world.clock.now
        )
    assert [gateway.rows(statement) for statement in (content, select(job), select(outbox))] == before
    assert (done.read, done.handled, done.untrusted) == (20, 19, 0)
    assert flags == [True] * 19
    node.post("next", subject="work/0")
    world.drain(node, gateway)
    assert gateway.values("work/0")[-1] == "next"


def test_p11_a_rebuild_keeps_the_order_in_which_held_messages_were_applied(
    world: World, node: Side, gateway: Side
) -> None:
    for value in ("one", "two", "three"):
        node.post(value)
    node.turn()
    line = world.make_uplinks("g1", ["n001"])
    arrived = line.fetch(10)
    line.ack(arrived)
    line.close()
    node.uplink.send([queues.uplink.Parcel("x", GATEWAY, one.raw) for one in reversed(arrived)])
    gateway.turn()
    with gateway.sessions.begin() as session:
        session.execute(delete(book))
        replay.rebuild(session, audience=GATEWAY, keys=gateway.ring, handlers=gateway.handlers, now=world.clock.now)
    assert gateway.values() == ["one", "two", "three"]


def test_p11_reading_a_stretch_again_is_harmless_and_heals_what_was_refused(
    world: World, node: Side, gateway: Side
) -> None:
    node.post("one")
    later = node.post("later", type="kora.work.registered.v2", subject="work/2")
    world.drain(node, gateway)
    handlers = {**gateway.handlers, "kora.work.registered.v2": gateway.handlers[WORK]}
    stretch = {
        "source": node.urn,
        "audience": GATEWAY,
        "keys": gateway.ring,
        "handlers": handlers,
        "first": 1,
        "last": 2,
        "now": world.clock.now,
    }
    with gateway.sessions.begin() as session:
        tried = replay.again(session, dry_run=True, **stretch)
    assert (tried.read, tried.handled, tried.left) == (2, 1, 1)
    assert gateway.outcomes() == {"applied": 1, "refused": 1}
    with gateway.sessions.begin() as session:
        replay.again(session, **stretch)
    assert gateway.outcomes() == {"applied": 2}
    assert (gateway.values(), gateway.values("work/2")) == (["one"], ["later"])
    assert later != ""


def test_p16_a_changed_byte_in_the_log_is_found(world: World, node: Side, gateway: Side) -> None:
    node.post("one")
    world.drain(node, gateway)
    raw = gateway.rows(select(inbox.c.raw))[0].raw
    with gateway.sessions.begin() as session:
        session.execute(update(inbox).values(raw=raw.replace(b"A", b"B", 1)))
    with gateway.sessions.begin() as session:
        done = replay.rebuild(
            session, audience=GATEWAY, keys=gateway.ring, handlers=gateway.handlers, now=world.clock.now
        )
    assert (done.untrusted, done.handled) == (1, 0)
