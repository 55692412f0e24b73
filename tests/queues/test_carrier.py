"""One suite for every transport: what a node commits ends at the gateway, once, in order, with a receipt."""

import json
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import delete, select, update

import queues
from queues import parking
from queues.boxes import status
from queues.envelope import GAP, REFUSAL
from queues.messages import find, life, story
from queues.tables import alarm, inbox, inbox_held, outbox, outgoing_stream, parked, receipt
from queues.uplink import Parcel
from tests.queues.world import GATEWAY, WORK, Clock, Side, World, book, faults
from tests.services import until

NODE = "urn:kora:node:n001"


def sealed(node: Side) -> list[Parcel]:
    """The sealed rows of the node as they would be sent."""
    rows = node.rows(select(outbox).where(outbox.c.sealed.is_not(None)).order_by(outbox.c.nodeseq))
    return [Parcel(row.msg_id, row.stream, row.sealed) for row in rows]


def forget_sends(world: World) -> None:
    """Empty the queue of the gateway, as if every send had been lost on the way."""
    line = world.make_uplinks("g1", ["n001", "n002"])
    line.ack(line.fetch(1000))
    line.close()


def test_a_change_reaches_the_gateway_and_comes_back_as_a_receipt(world: World, node: Side, gateway: Side) -> None:
    node.post("first")
    assert node.states() == {"new": 1}
    node.turn()
    assert node.states() == {"sent": 1}
    gateway.turn()
    assert gateway.values() == ["first"]
    node.turn()
    assert node.states() == {"receipted": 1}
    with node.sessions() as session:
        told = status(session, now=world.clock.forward(seconds=5))
    assert (told.receipted, told.oldest_seconds, told.last_receipt is not None) == (1, None, True)


def test_records_keep_their_own_order_and_streams_their_chain(world: World, node: Side, gateway: Side) -> None:
    for version in range(5):
        for record in ("work/1", "work/2", "work/3"):
            node.post(str(version), subject=record)
    world.drain(node, gateway)
    for record in ("work/1", "work/2", "work/3"):
        assert gateway.values(record) == ["0", "1", "2", "3", "4"]
    rows = node.rows(select(outbox.c.nodeseq, outbox.c.prevhash, outbox.c.digest).order_by(outbox.c.nodeseq))
    assert [row.nodeseq for row in rows] == list(range(1, 16))
    assert [row.prevhash for row in rows] == ["0" * 64, *(row.digest for row in rows[:-1])]


def test_the_gateway_answers_two_nodes_on_streams_of_their_own(world: World, node: Side, gateway: Side) -> None:
    other = world.side("n002")
    for name in ("n001", "n002", "n001"):
        gateway.post(name, to=queues.node_urn(name))
    world.drain(gateway, node, other)
    assert node.values() == ["n001", "n001"]
    assert other.values() == ["n002"]
    heads = gateway.rows(select(outgoing_stream.c.stream, outgoing_stream.c.nodeseq).order_by(outgoing_stream.c.stream))
    assert [tuple(row) for row in heads] == [("urn:kora:node:n001", 2), ("urn:kora:node:n002", 1)]


def test_p2_repeats_and_two_readers_apply_each_message_once(world: World, node: Side, gateway: Side) -> None:
    second = world.side("g1")
    for number in range(30):
        node.post(str(number), subject=f"work/{number % 7}")
    node.turn()
    parcels = sealed(node)
    for repeat in range(5):
        node.uplink.send([parcel for place, parcel in enumerate(parcels) if place % 5 >= repeat])
    threads = [threading.Thread(target=side.turn) for side in (gateway, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.drain(node, gateway, second)
    assert faults([node], gateway) == (0, 0, 0)
    assert node.states() == {"receipted": 30}


def test_a_lost_send_is_repeated_byte_for_byte_after_thirty_seconds(
    world: World, node: Side, gateway: Side, clock: Clock
) -> None:
    node.post("first")
    node.turn()
    before = sealed(node)
    forget_sends(world)
    clock.forward(seconds=29)
    assert node.relay.run_once(clock.now) == 0
    clock.forward(seconds=1)
    assert node.relay.run_once(clock.now) == 1
    assert sealed(node) == before
    world.drain(node, gateway)
    assert gateway.values() == ["first"]


@pytest.mark.parametrize("stack", ["embedded"], indirect=True)
def test_p5_a_deleted_queue_file_costs_time_and_nothing_else(world: World, node: Side, gateway: Side) -> None:
    for number in range(20):
        node.post(str(number))
    node.turn()
    node.uplink.close()
    gateway.uplink.close()
    for file in world.folder.glob("queue.db*"):
        file.unlink()
    world.drain(node, gateway)
    assert faults([node], gateway) == (0, 0, 0)
    assert node.states() == {"receipted": 20}


def test_a_repeat_is_answered_by_the_outcome_of_the_original(world: World, node: Side, gateway: Side) -> None:
    node.post("good")
    node.post("odd", type="kora.odd.happened.v1", subject="odd/1")
    node.turn()
    gateway.turn()
    lost_receipts = world.make_uplinks("n001", [])
    lost_receipts.ack(lost_receipts.fetch(10))
    lost_receipts.close()
    assert node.states() == {"sent": 2}
    world.drain(node, gateway)
    assert node.states() == {"receipted": 1, "refused": 1}
    assert gateway.values() == ["good"]


def test_what_comes_too_early_is_held_until_the_gap_closes(world: World, node: Side, gateway: Side) -> None:
    for value in ("one", "two", "three"):
        node.post(value)
    node.turn()
    first, second, third = sealed(node)
    forget_sends(world)
    node.uplink.send([third, second])
    gateway.turn()
    assert gateway.values() == []
    assert gateway.outcomes() == {"held": 2}
    node.uplink.send([first])
    gateway.turn()
    assert gateway.values() == ["one", "two", "three"]
    assert gateway.outcomes() == {"applied": 3}
    world.drain(node, gateway)
    assert node.states() == {"receipted": 3}


def test_an_older_state_is_stale_when_a_newer_one_was_applied(
    world: World, node: Side, gateway: Side, clock: Clock
) -> None:
    node.post("old")
    node.post("new")
    node.turn()
    old, new = sealed(node)
    forget_sends(world)
    node.uplink.send([new])
    gateway.turn()
    clock.forward(hours=24, seconds=1)
    gateway.turn()
    assert gateway.values() == ["new"]
    assert [row.kind for row in gateway.rows(select(alarm))] == ["skipped-superseded"]
    node.uplink.send([old])
    gateway.turn()
    assert gateway.values() == ["new"]
    assert gateway.outcomes() == {"applied": 1, "stale": 1}


def test_a_gap_older_than_ten_minutes_is_asked_for_and_sent_again(
    world: World, node: Side, gateway: Side, clock: Clock
) -> None:
    for value in ("one", "two", "three"):
        node.post(value)
    node.turn()
    _, _, third = sealed(node)
    forget_sends(world)
    node.uplink.send([third])
    with node.sessions.begin() as session:
        session.execute(update(outbox).values(state="receipted"))
    gateway.turn()
    clock.forward(minutes=9)
    gateway.turn()
    node.turn()
    assert gateway.outcomes() == {"held": 1}
    clock.forward(minutes=2)
    gateway.turn()
    node.turn()
    assert node.states() == {"receipted": 1, "sent": 2}
    gateway.turn()
    assert gateway.values() == ["one", "two", "three"]


def test_an_unknown_type_is_refused_and_the_reason_goes_back(world: World, node: Side, gateway: Side) -> None:
    reasons: list[dict[str, Any]] = []
    node.handlers[REFUSAL] = lambda session, envelope: reasons.append(dict(envelope.data))
    odd = node.post("odd", type="kora.odd.happened.v1")
    later = node.post("later", type="kora.work.registered.v2")
    good = node.post("good")
    world.drain(node, gateway)
    assert [(reason["message"], reason["code"]) for reason in reasons] == [
        (odd, "unknown-type"),
        (later, "unsupported-version"),
    ]
    assert gateway.values() == ["good"]
    assert node.states() == {"refused": 2, "receipted": 1}
    with node.sessions() as session:
        assert {line.id: line.state for line in find(session, direction="out")} == {
            odd: "refused",
            later: "refused",
            good: "receipted",
        }


def test_a_handler_refuses_with_a_reason_per_field_and_leaves_nothing_behind(
    world: World, node: Side, gateway: Side
) -> None:
    def refuse(session: Any, envelope: queues.Envelope) -> None:
        session.execute(book.insert().values(subject="half done"))
        raise queues.Refused("shares", [{"code": "sum", "field": "interests.0.pr", "text": "The shares are 120 %."}])

    gateway.handlers[WORK] = refuse
    heard: list[dict[str, Any]] = []
    node.handlers[REFUSAL] = lambda session, envelope: heard.append(dict(envelope.data))
    sent = node.post("bad")
    world.drain(node, gateway)
    assert heard == [
        {
            "message": sent,
            "code": "shares",
            "type": WORK,
            "reasons": [{"code": "sum", "field": "interests.0.pr", "text": "The shares are 120 %."}],
        }
    ]
    assert gateway.rows(select(book)) == []


def test_a_refusal_nobody_handles_is_never_refused_itself(world: World, node: Side, gateway: Side) -> None:
    node.post("odd", type="kora.odd.happened.v1")
    world.drain(node, gateway)
    assert node.outcomes() == {"applied": 1}
    assert [row.type for row in gateway.rows(select(outbox.c.type))] == [REFUSAL]
    assert [row.type for row in node.rows(select(outbox.c.type))] == ["kora.odd.happened.v1"]


def test_a_message_after_its_expiry_is_refused(world: World, node: Side, gateway: Side, clock: Clock) -> None:
    with node.sessions.begin() as session:
        queues.post(
            session,
            node_id="n001",
            stream=GATEWAY,
            type=WORK,
            subject="work/1",
            data={},
            now=clock.now,
            expirytime=clock.now,
        )
    clock.forward(seconds=1)
    world.drain(node, gateway)
    assert [row.code for row in gateway.rows(select(inbox.c.code))] == ["expired"]
    assert node.states() == {"refused": 1}


def test_p10_a_poison_message_is_parked_after_five_deliveries_and_stops_only_itself(
    world: World, node: Side, gateway: Side
) -> None:
    enter = gateway.handlers[WORK]
    tries: list[str] = []

    def stumble(session: Any, envelope: queues.Envelope) -> None:
        if envelope.data["value"] == "poison":
            tries.append(envelope.id)
            raise ZeroDivisionError
        enter(session, envelope)

    gateway.handlers[WORK] = stumble
    poison = node.post("poison")
    node.post("after")
    node.post("other", subject="work/2")
    world.drain(node, gateway)
    assert tries == [poison] * 6  # once together with its neighbours, then five deliveries of its own
    assert (gateway.values(), gateway.values("work/2")) == (["after"], ["other"])
    (entry,) = gateway.rows(select(parked))
    assert (entry.msg_id, entry.reason, entry.deliveries) == (poison, "handler-failed", 5)
    assert entry.raw == sealed(node)[0].raw
    assert entry.detail.startswith("ZeroDivisionError in test_carrier.py:")
    assert node.states() == {"parked": 1, "receipted": 2}


def test_messages_of_one_kind_are_handed_over_together(world: World, node: Side, gateway: Side) -> None:
    enter = gateway.handlers[WORK]
    runs: list[list[str]] = []

    def enter_all(session: Any, envelopes: Sequence[queues.Envelope]) -> None:
        runs.append([envelope.data["value"] for envelope in envelopes])
        for envelope in envelopes:
            enter(session, envelope)

    gateway.handlers[WORK] = queues.Many(enter_all)
    for number in range(5):
        node.post(str(number), subject=f"work/{number % 2}")
    world.drain(node, gateway)
    assert runs == [["0", "1", "2", "3", "4"]]
    assert (gateway.values("work/0"), gateway.values("work/1")) == (["0", "2", "4"], ["1", "3"])
    assert faults([node], gateway) == (0, 0, 0)


def test_one_refused_message_of_many_leaves_its_neighbours_alone(world: World, node: Side, gateway: Side) -> None:
    enter = gateway.handlers[WORK]
    runs: list[int] = []

    def enter_all(session: Any, envelopes: Sequence[queues.Envelope]) -> None:
        runs.append(len(envelopes))
        for envelope in envelopes:
            enter(session, envelope)
            if envelope.data["value"] == "bad":
                raise queues.Refused("bad-data")

    gateway.handlers[WORK] = queues.Many(enter_all)
    for number, value in enumerate(["1", "2", "bad", "4"]):
        node.post(value, subject=f"work/{number}")
    world.drain(node, gateway)
    assert runs == [4, 1, 1, 1, 1]  # together, given up, then one by one
    assert gateway.outcomes() == {"applied": 3, "refused": 1}
    assert [gateway.values(f"work/{number}") for number in range(4)] == [["1"], ["2"], [], ["4"]]


def test_a_parked_message_runs_again_when_a_person_says_so(world: World, node: Side, gateway: Side) -> None:
    enter = gateway.handlers[WORK]
    gateway.handlers[WORK] = lambda session, envelope: 1 / 0
    sent = node.post("bad day")
    world.drain(node, gateway)
    assert gateway.outcomes() == {"parked": 1}
    gateway.handlers[WORK] = enter
    with gateway.sessions.begin() as session:
        (entry,) = parking.waiting(session)
        parking.run_again(session, entry.id, by="ops@example.org", now=world.clock.now)
    world.drain(node, gateway)
    world.clock.forward(hours=2)
    world.drain(node, gateway)
    assert gateway.values() == ["bad day"]
    assert node.states() == {"receipted": 1}
    with gateway.sessions() as session:
        told = life(session, sent)
        assert told is not None
        assert [step.step for step in told.steps] == ["received", "parked", "decided", "applied"]
        assert parking.waiting(session) == []


def test_giving_up_ends_a_parked_message_as_refused_with_the_reason(world: World, node: Side, gateway: Side) -> None:
    gateway.handlers[WORK] = lambda session, envelope: 1 / 0
    heard: list[dict[str, Any]] = []
    node.handlers[REFUSAL] = lambda session, envelope: heard.append(dict(envelope.data))
    node.post("hopeless")
    world.drain(node, gateway)
    with gateway.sessions.begin() as session:
        (entry,) = parking.waiting(session)
        parking.give_up(session, entry.id, by="ops@example.org", reason="Wrong office.", now=world.clock.now)
        with pytest.raises(parking.NotParked):
            parking.give_up(session, entry.id, by="ops@example.org", reason="Twice.", now=world.clock.now)
    world.drain(node, gateway)
    assert [(one["code"], one["reasons"][0]["text"]) for one in heard] == [("given-up", "Wrong office.")]
    assert node.states() == {"refused": 1}
    assert gateway.outcomes() == {"refused": 1}


def test_a_held_message_that_fails_at_its_turn_is_parked_after_five_tries(
    world: World, node: Side, gateway: Side, clock: Clock
) -> None:
    enter = gateway.handlers[WORK]

    def stumble(session: Any, envelope: queues.Envelope) -> None:
        if envelope.data["value"] == "two":
            raise ZeroDivisionError
        enter(session, envelope)

    gateway.handlers[WORK] = stumble
    for value in ("one", "two", "three"):
        node.post(value)
    node.turn()
    first, second, third = sealed(node)
    forget_sends(world)
    node.uplink.send([third, second])
    gateway.turn()
    node.uplink.send([first])
    for _ in range(6):
        gateway.turn()
        clock.forward(seconds=2)
    assert gateway.values() == ["one", "three"]
    assert gateway.outcomes() == {"applied": 2, "parked": 1}
    assert gateway.rows(select(inbox_held)) == []


def test_a_message_over_the_delivery_limit_is_found_in_the_parking_queue(
    world: World, node: Side, gateway: Side, clock: Clock
) -> None:
    sent = node.post("kills the process")
    node.turn()
    for _ in range(21):
        line = world.make_uplinks("g1", ["n001"])
        until(lambda line=line: len(line.fetch(10)) == 1, "the next delivery")
        line.close()
    until(lambda: gateway.turn() == 0 and gateway.outcomes() != {}, "the end of the message")
    (entry,) = gateway.rows(select(parked))
    assert (entry.msg_id, entry.reason, entry.queue) == (sent, "delivery-limit", "in.n001")
    assert gateway.outcomes() == {"parked": 1}


def test_receipts_cause_no_receipts(world: World, node: Side, gateway: Side) -> None:
    node.post("one")
    world.drain(node, gateway)
    for _ in range(5):
        world.clock.forward(seconds=10)
        assert (node.turn(), gateway.turn()) == (0, 0)
    assert len(gateway.rows(select(receipt))) == 1
    assert len(node.rows(select(receipt))) == 1


def test_a_receipt_that_contradicts_our_chain_is_an_alarm_and_closes_nothing(
    world: World, node: Side, gateway: Side
) -> None:
    node.post("one")
    node.turn()
    with node.sessions.begin() as session:
        session.execute(update(outbox).values(digest="f" * 64))
    gateway.turn()
    node.turn()
    assert [row.kind for row in node.rows(select(alarm))] == ["chain-mismatch"]
    assert node.states() == {"sent": 1}


def test_p13_a_node_restored_from_an_old_backup_is_noticed(world: World, node: Side, gateway: Side) -> None:
    node.post("before the backup")
    world.drain(node, gateway)
    with node.sessions.begin() as session:
        session.execute(delete(outbox))
        session.execute(delete(outgoing_stream))
    node.post("after the restore", subject="work/9")
    node.turn()
    gateway.turn()
    assert [row.kind for row in gateway.rows(select(alarm))] == ["nodeseq-conflict"]
    assert [row.reason for row in gateway.rows(select(parked))] == ["nodeseq-conflict"]
    assert gateway.values("work/9") == []


def test_p14_every_message_has_one_visible_end(world: World, node: Side, gateway: Side) -> None:
    enter = gateway.handlers[WORK]

    def choose(session: Any, envelope: queues.Envelope) -> None:
        value = int(envelope.data["value"])
        if value % 10 == 3:
            raise queues.Refused("unlucky")
        if value % 10 == 7:
            raise ZeroDivisionError
        enter(session, envelope)

    gateway.handlers[WORK] = choose
    for number in range(60):
        node.post(str(number), subject=f"work/{number % 9}")
    world.drain(node, gateway)
    assert gateway.outcomes() == {"applied": 48, "refused": 6, "parked": 6}
    assert node.states() == {"receipted": 48, "refused": 6, "parked": 6}


def test_the_life_of_a_message_is_told_on_both_sides(world: World, node: Side, gateway: Side, clock: Clock) -> None:
    sent = node.post("one")
    clock.forward(seconds=3)
    world.drain(node, gateway)
    with node.sessions() as session, gateway.sessions() as there:
        ours, theirs = life(session, sent), life(there, sent)
        assert ours is not None
        assert theirs is not None
        assert [step.step for step in ours.steps] == ["written", "sealed", "sent", "receipted"]
        assert (ours.steps[1].at - ours.steps[0].at).total_seconds() == 3
        assert [step.step for step in theirs.steps] == ["received", "applied"]
        assert ours.raw == theirs.raw
        assert [line.id for line in story(there, sent)] == [sent]
        assert find(there, node_id="n002") == []
        assert life(there, sent, node_id="n002") is None


def test_only_the_relay_with_the_lease_sends(world: World, node: Side, gateway: Side, clock: Clock) -> None:
    node.post("one")
    node.turn()
    with node.sessions.begin() as session:
        session.execute(update(outgoing_stream).values(lease_owner="another", lease_until=clock.forward(seconds=5)))
    node.post("two")
    assert node.relay.run_once(clock.now) == 0
    clock.forward(seconds=1)
    assert node.relay.run_once(clock.now) == 1


def test_a_full_queue_keeps_the_message_sealed_at_the_sender(
    world: World, node: Side, gateway: Side, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queues.topology.IN_LENGTH", 2)
    world.stack.clear()
    world.stack.declare()
    node.post("0", subject="work/0")
    for number in range(1, 50):  # a broker lets a few more pass before it says no
        if not node.relay.run_once(clock.now):
            break
        node.post(str(number), subject=f"work/{number}")
    assert node.states()["sealed"] == 1
    assert node.states()["sent"] >= 2
    world.drain(node, gateway)
    assert faults([node], gateway) == (0, 0, 0)
    assert set(node.states()) == {"receipted"}


def test_a_gap_report_is_signed_and_stands_outside_the_stream(
    world: World, node: Side, gateway: Side, clock: Clock
) -> None:
    for value in ("one", "two"):
        node.post(value, subject=value)
    node.turn()
    forget_sends(world)
    node.uplink.send(sealed(node)[1:])
    gateway.turn()
    node.uplink.close()
    line = world.make_uplinks("n001", [])
    line.ack(line.fetch(10))
    clock.forward(minutes=11)
    gateway.turn()
    arrived = line.fetch(9)
    reports = [queues.signing.open_sealed(one.raw, keys=node.ring, peer=GATEWAY, audience=NODE) for one in arrived]
    (gap,) = [report.envelope for report in reports if report.envelope and report.envelope.type == GAP]
    assert json.loads(json.dumps(gap.data)) == {"from_nodeseq": 1, "to_nodeseq": 1}
    assert (gap.nodeseq, gap.sequence, gap.prevhash) == (None, None, None)
    line.close()
