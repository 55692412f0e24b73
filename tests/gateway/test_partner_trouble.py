"""A partner that is down, closed to us or asked wrongly: work waits or parks, nothing is lost, nothing is twice."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.cisnet.simulator import Simulator
from connectors.cisnet.simulator.keys import key_at
from connectors.contract import Context
from gateway.audit import OperatorAction
from gateway.gateway import open_gateway
from gateway.ops import finding, operations, parkings, queries, reruns
from gateway.partners import states
from gateway.partners.files import StoredLedger
from gateway.partners.models import ExchangedFile, PartnerCall, PartnerState, Transmission
from queues.tables import job
from tests.builders import a_work
from tests.connectors.partner import Clock
from tests.gateway.scenes import again, repaired
from tests.gateway.world import Office, World, settings_for


def jobs(world: World) -> list[tuple[str, int, str | None]]:
    """State, failures and failure class of the work for partners."""
    with world.sessions() as session:
        found = select(job.c.state, job.c.attempts, job.c.failure_class).order_by(job.c.id)
        return [tuple(row) for row in session.execute(found)]


def calls(world: World) -> list[tuple[str, str | None]]:
    with world.sessions() as session:
        return [(one.operation, one.failure_class) for one in session.scalars(select(PartnerCall))]


def partner(world: World) -> queries.PartnerStatus:
    return world.ask(queries.partner_status, world.gateway.partners["cisnet"], world.clock())


def files(world: World) -> list[str]:
    with world.sessions() as session:
        return list(session.scalars(select(ExchangedFile.name).where(ExchangedFile.direction == "out")))


def test_while_the_partner_is_down_work_waits_and_then_goes_out_once(trade: World, tamala: Office) -> None:
    assert trade.simulator is not None
    trade.simulator.switches.down = True
    tamala.say(a_work())
    trade.carry()
    trade.exchange()
    assert jobs(trade) == [("due", 1, "F1")]
    assert calls(trade) == [("send", "F1"), ("collect", "F1")]
    assert partner(trade).waiting == 1
    trade.simulator.switches.down = False
    trade.run()
    assert jobs(trade)[0][0] == "done"
    assert files(trade) == ["CW260001997_996.V21"]
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]
    assert partner(trade).last_error is None


def test_the_bytes_of_a_repeat_are_those_of_the_first_try(trade: World, tamala: Office) -> None:
    assert trade.simulator is not None
    trade.simulator.switches.down = True
    tamala.say(a_work(number=1))
    trade.carry()
    trade.exchange()
    tamala.say(a_work("A LATER SONG", number=2))
    trade.carry()
    trade.simulator.switches.down = False
    trade.run()
    with trade.sessions() as session:
        planned = [(one.file_number, one.state) for one in session.scalars(select(Transmission))]
    assert planned == [(1, "sent"), (2, "sent")]
    assert files(trade) == ["CW260001997_996.V21", "CW260002997_996.V21"]


def test_after_five_failures_the_partner_is_left_alone_and_then_tried_again(trade: World, tamala: Office) -> None:
    assert trade.simulator is not None
    trade.simulator.switches.down = True
    for _ in range(5):
        trade.exchange()
    assert partner(trade).state == "circuit-open"
    with trade.sessions() as session:
        (state,) = session.scalars(select(PartnerState)).all()
    assert (state.failures, state.retry_at) == (5, trade.clock() + timedelta(minutes=1))
    trade.clock.move(59)
    assert trade.turns[0].run_once(trade.clock()) == 0
    assert len(calls(trade)) == 5
    trade.simulator.switches.down = False
    trade.clock.move(1)
    assert partner(trade).state == "working"
    tamala.say(a_work())
    trade.run()
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]
    assert trade.ask(queries.status, trade.gateway.partners, {}, trade.clock()).ok


def test_a_paused_partner_is_not_called_until_it_is_resumed(trade: World, tamala: Office) -> None:
    trade.do(states.pause, "cisnet", reason="maintenance at the partner")
    tamala.say(a_work())
    trade.run()
    assert (calls(trade), partner(trade).state, partner(trade).waiting) == ([], "paused", 1)
    assert partner(trade).paused_by == "rita@gateway.example"
    trade.do(states.resume, "cisnet")
    trade.run()
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]
    with trade.sessions() as session:
        kept = [(one.action, one.subject, one.reason) for one in session.scalars(select(OperatorAction))][2:]
    assert kept == [
        ("paused", "partner/cisnet", "maintenance at the partner"),
        ("resumed", "partner/cisnet", None),
    ]


def test_without_access_work_waits_and_the_partner_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    simulator = Simulator(tmp_path / "cisnet", now=clock)
    ready = simulator.start()
    key_at(tmp_path / "another_key")
    settings = settings_for(tmp_path, ready | {"key_file": str(tmp_path / "another_key")})
    world = World(tmp_path, open_gateway(settings, now=clock), clock, simulator)
    office = world.office()
    office.say(a_work())
    world.carry()
    world.exchange()
    assert jobs(world) == [("due", 1, "F5")]
    assert partner(world).state == "circuit-open"
    assert partner(world).last_error is not None
    again(world, open_gateway(settings.model_copy(update={"cisnet_key_file": Path(ready["key_file"])}), now=clock))
    clock.move(900)
    world.run()
    assert [status for _, status in office.heard()] == ["RA", "AS"]
    world.close()
    simulator.stop()


def test_what_we_asked_wrongly_parks_at_once_and_the_offices_hear_nothing(stuck: World) -> None:
    assert [state for state, _, _ in jobs(stuck)] == ["parked", "parked"]
    assert stuck.offices[0].told == []
    waiting = stuck.ask(parkings.everything)
    assert [(one.what, one.detail) for one in waiting] == [
        ("cisnet", "F4: no version of CWR that can be sent: 9.9")
    ] * 2
    (group,) = stuck.ask(parkings.groups)
    assert (group.what, group.reason, group.count, group.nodes) == ("cisnet", "F4", 2, ("n001",))
    status = stuck.ask(queries.status, stuck.gateway.partners, {}, stuck.clock())
    assert (status.ok, status.parked) == (False, 2)
    entries, total = stuck.ask(finding.messages, finding.Filter(partner="cisnet", states=("parked",)))
    assert (total, {one.state for one in entries}) == (2, {"parked"})


def test_what_was_parked_runs_again_together_when_the_fault_is_gone(stuck: World) -> None:
    key = stuck.ask(parkings.everything)[0].key
    repaired(stuck)
    stuck.do(reruns.start, key, reason="the version is right now")
    stuck.run()
    assert stuck.ask(parkings.count) == 0
    assert [status for _, status in stuck.offices[0].heard()] == ["RA", "RA", "AS", "AS"]
    assert files(stuck) == ["CW260002997_996.V21"]


def test_however_much_is_parked_all_of_it_runs_again_so_many_at_a_time(stuck: World) -> None:
    with stuck.gateway.sessions.begin() as session:
        kept = dict(session.execute(select(job).limit(1)).one()._mapping)
        del kept["id"]
        more = [kept | {"key": f"cisnet:{number}", "payload_ref": str(number)} for number in range(1200)]
        session.execute(job.insert(), more)
    assert stuck.ask(parkings.count) == 1202
    (group,) = stuck.ask(parkings.groups)
    assert group.count == 1202
    rerun = stuck.do(reruns.start, group.key, at_a_time=100)
    assert stuck.ask(reruns.progress, rerun) == {"going": 100, "waiting": 1102}
    assert stuck.ask(parkings.count) == 1102


def test_what_is_given_up_ends_as_refused_and_the_office_reads_why(stuck: World) -> None:
    first = stuck.ask(parkings.everything)[0].entry
    assert stuck.do(operations.give_up, first.id, reason="send it again as a new work") == 1
    stuck.run()
    (told,) = stuck.offices[0].told
    assert (told.subject, told.causationid, told.data["code"]) == (first.subject, first.id, "given-up")
    assert [one["text"] for one in told.data["reasons"]] == ["send it again as a new work"]
    assert [state for state, _, _ in jobs(stuck)] == ["refused", "parked"]
    with pytest.raises(operations.NothingParked):
        stuck.do(operations.give_up, first.id, reason="again")


def test_what_is_due_waits_while_the_partner_is_not_set_up(world: World) -> None:
    office = world.office()
    office.say(a_work())
    world.run()
    assert world.turns == []
    assert partner(world).state == "not-set-up"
    assert [state for state, _, _ in jobs(world)] == ["due"]
    missing = world.gateway.partners["cisnet"].missing
    assert missing[:2] == ("KORA_CISNET_HOST", "KORA_CISNET_USER")
    ledger = StoredLedger(world.gateway.sessions, "cisnet", hold=timedelta(minutes=1))
    with pytest.raises(LookupError, match="KORA_CISNET_HOST"):
        world.gateway.partners["cisnet"].connector(Context(ledger))
