"""A message that makes its handler fail: it stops only itself, parks, and a person decides."""

import pytest
from sqlalchemy import select

from gateway.audit import OperatorAction
from gateway.ops import operations, parkings, reruns
from gateway.registry import queries as registry
from queues.tables import parked
from tests.builders import a_work
from tests.databases import BOTH
from tests.gateway.scenes import repaired
from tests.gateway.world import World

pytestmark = BOTH

SUBJECT = f"work/{a_work().id}"


def test_the_message_parks_after_five_deliveries_and_the_rest_goes_on(broken: World) -> None:
    assert sorted(broken.outcomes()) == [
        ("kora.party.registered.v1", "applied"),
        ("kora.work.registered.v1", "parked"),
    ]
    (waiting,) = broken.ask(parkings.everything)
    assert (waiting.what, waiting.entry.reason, waiting.times) == ("message", "handler-failed", 5)
    assert waiting.detail.startswith("KeyError in routes.py:")
    assert broken.offices[0].states() == ["parked", "receipted"]


def test_nothing_of_a_failed_handler_stays(broken: World) -> None:
    assert broken.ask(registry.record, "n001", SUBJECT) is None


def test_run_again_applies_it_when_the_fault_is_gone(broken: World) -> None:
    (waiting,) = broken.ask(parkings.everything)
    repaired(broken)
    assert broken.do(operations.run_again, waiting.entry.id, reason="the partner is set up") == 1
    broken.run()
    assert broken.ask(parkings.count) == 0
    assert [status for _, status in broken.offices[0].heard()] == ["RA", "AS"]
    assert broken.offices[0].states() == ["receipted", "receipted"]


def test_run_again_while_the_fault_is_there_parks_it_again(broken: World) -> None:
    (waiting,) = broken.ask(parkings.everything)
    broken.do(operations.run_again, waiting.entry.id)
    broken.carry()
    (again,) = broken.ask(parkings.everything)
    assert again.entry.id == waiting.entry.id


def test_giving_up_tells_the_office_why(broken: World) -> None:
    (waiting,) = broken.ask(parkings.everything)
    assert broken.do(operations.give_up, waiting.entry.id, reason="register it anew") == 1
    broken.carry()
    office = broken.offices[0]
    assert office.heard() == [(SUBJECT, "given-up")]
    assert office.told[0].data["reasons"] == [{"code": "given-up", "field": "", "text": "register it anew"}]
    assert office.states() == ["refused", "receipted"]
    with broken.sessions() as session:
        kept = session.execute(select(parked.c.decision, parked.c.decided_by, parked.c.decision_reason)).one()
        noted = session.scalars(select(OperatorAction).where(OperatorAction.action == "gave-up")).one()
    assert tuple(kept) == ("given-up", "rita@gateway.example", "register it anew")
    assert (noted.subject, noted.reason, noted.node_id) == (
        f"message/{waiting.entry.id}", "register it anew", "n001"
    )  # fmt: skip


def test_all_of_one_cause_run_again_together(broken: World) -> None:
    broken.offices[0].say(a_work("OTHER SONG", number=2))
    for _ in range(6):
        broken.carry()
    _first, second = broken.ask(parkings.everything)
    (group,) = broken.ask(parkings.groups)
    assert (group.reason, group.count) == ("handler-failed", 2)
    repaired(broken)
    broken.do(reruns.start, second.entry.id)
    broken.run()
    assert len(broken.offices[0].told) == 4


def test_what_is_not_parked_cannot_be_decided_about(broken: World) -> None:
    for decide in (operations.run_again, reruns.start):
        with pytest.raises(operations.NothingParked):
            broken.do(decide, "019300aa-0000-7000-8000-000000000000")
