"""An operator explains and mends what is stuck, on the pages of the console alone."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from gateway.audit import OperatorAction
from gateway.members import operations as members
from gateway.members import queries as places
from gateway.ops import alerts, canaries, lives, parkings, reruns
from gateway.ops.models import Alert, Rerun
from gateway.settings import GatewaySettings
from queues import RELEASE, SigningKey, node_urn, post
from queues.settling import raise_alarm
from queues.tables import inbox, inbox_held
from tests.builders import a_right_owner, a_work
from tests.databases import BOTH
from tests.gateway.scenes import repaired
from tests.gateway.world import TAMALA, Browser, Office, World

ANNOUNCED = "kora.key.announced.v1"


def events(world: World) -> list[tuple[str, str, str]]:
    """What began and what ended, in order."""
    with world.sessions() as session:
        return [(one.condition, one.subject, one.event) for one in session.scalars(select(Alert).order_by(Alert.id))]


def done(world: World) -> list[tuple[str, str, str | None]]:
    """What operators did, without the making of members."""
    with world.sessions() as session:
        rows = session.scalars(select(OperatorAction).order_by(OperatorAction.id))
        return [(one.action, one.subject, one.reason) for one in rows if not one.action.startswith("node-")]


def at(browser: Browser, address: str) -> str:
    """The page as one reads it."""
    browser.open(address)
    assert browser.status == 200
    return browser.words()


def test_a_partner_that_is_down_is_told_once_and_what_waited_goes_out_when_it_is_back(
    trade: World, tamala: Office
) -> None:
    assert trade.simulator is not None
    browser = trade.sign_in()
    assert "All is well" in at(browser, "/ops")
    trade.simulator.switches.down = True
    tamala.say(a_work())
    trade.carry()
    for _ in range(5):
        trade.exchange()
        trade.carry()
    assert events(trade) == [("partner", "partner/cisnet", "began")]
    now = at(browser, "/ops")
    assert "1 thing to look at" in now
    assert "1 alert nobody looks after" in now
    assert "1 alert " in now
    assert "waits for a partner" in at(browser, "/ops/messages?state=waiting&partner=cisnet")
    assert browser.page.count('<th role="rowheader"') == 1
    at(browser, "/ops/alerts")
    browser.post("/ops/alerts/1/acknowledge", note=" ")
    assert "Say in a few words what is done about it." in browser.words()
    browser.post("/ops/alerts/1/acknowledge", note="their help desk was called")
    assert "operator@gateway.example" in browser.words()
    assert "their help desk was called" in browser.words()
    assert "1 alert nobody looks after" not in at(browser, "/ops")
    trade.simulator.switches.down = False
    at(browser, "/ops/partners/cisnet")
    browser.post("/ops/partners/cisnet/resume", reason="they are back")
    trade.clock.move(3600)
    trade.run()
    trade.carry()
    assert [status for _, status in tamala.heard()] == ["RA", "AS"]
    assert events(trade) == [("partner", "partner/cisnet", "began"), ("partner", "partner/cisnet", "ended")]
    browser = trade.sign_in()
    assert "Nothing needs an alert" in at(browser, "/ops/alerts")
    assert "All is well" in at(browser, "/ops")
    assert done(trade) == [
        ("acknowledged", "alert/1", "their help desk was called"),
        ("resumed", "partner/cisnet", "they are back"),
    ]


@BOTH
def test_a_poisonous_message_is_rehearsed_and_then_run_again(broken: World) -> None:
    browser = broken.sign_in()
    words = at(browser, "/ops/parked")
    assert "The gateway failed on these messages." in words
    assert TAMALA[1] in words
    (group,) = broken.ask(parkings.groups)
    browser.post(f"/ops/parked/{group.key}/foresee")
    assert "would be parked again" in browser.words()
    assert "KeyError in routes.py:" in browser.words()
    assert broken.ask(parkings.count) == 1
    repaired(broken)
    browser = broken.sign_in()
    at(browser, "/ops/parked")
    browser.post(f"/ops/parked/{group.key}/foresee")
    assert "would be applied" in browser.words()
    assert "Nothing was changed, and no partner was called." in browser.words()
    assert ("kora.work.registered.v1", "parked") in broken.outcomes()
    browser.post(f"/ops/parked/{group.key}/again", reason="the partner is set up", at_a_time="1", stop="yes")
    assert "1 message runs again." in browser.words()
    broken.run()
    assert "all have run" in at(browser, "/ops/parked")
    assert [status for _, status in broken.offices[0].heard()] == ["RA", "AS"]
    (action,) = done(broken)
    assert (action[0], action[2]) == ("run-again", "the partner is set up")


def test_a_group_is_given_up_and_the_nodes_read_why(stuck: World) -> None:
    browser = stuck.sign_in()
    (group,) = stuck.ask(parkings.groups)
    at(browser, "/ops/parked")
    browser.post(f"/ops/parked/{group.key}/give-up", reason="")
    assert "A reason is needed" in browser.words()
    assert stuck.ask(parkings.count) == 2
    browser.post(f"/ops/parked/{group.key}/give-up", reason="register them anew")
    assert "2 messages were given up. Their nodes are told why." in browser.words()
    assert "Nothing is parked" in browser.words()
    stuck.carry()
    told = stuck.offices[0].told
    assert [one.data["reasons"][0]["text"] for one in told] == ["register them anew"] * 2


def test_a_group_stops_by_itself_when_one_parks_again(stuck: World) -> None:
    (group,) = stuck.ask(parkings.groups)
    first = stuck.ask(parkings.of_group, group)[0].entry
    stuck.do(reruns.start, group.key, reason="tried", at_a_time=1)
    stuck.exchange()
    stuck.carry()
    with stuck.sessions() as session:
        (rerun,) = session.scalars(select(Rerun)).all()
        assert (rerun.state, reruns.progress(session, rerun)) == ("stopped", {"failed": 1, "left": 1})
    assert stuck.ask(parkings.count) == 2
    browser = stuck.sign_in()
    assert "stopped" in at(browser, "/ops/parked")
    assert "It was run again 1 time." in at(browser, f"/ops/messages/{first.id}")


def test_a_group_goes_on_over_what_parks_again_when_it_is_told_to_and_is_stopped_by_hand(stuck: World) -> None:
    browser = stuck.sign_in()
    (group,) = stuck.ask(parkings.groups)
    at(browser, "/ops/parked")
    browser.post(f"/ops/parked/{group.key}/again", reason="all of them", at_a_time="1")
    for _ in range(3):
        stuck.exchange()
        stuck.carry()
    with stuck.sessions() as session:
        rerun = session.scalars(select(Rerun)).one()
        assert (rerun.state, reruns.progress(session, rerun)) == ("done", {"failed": 2})
    browser.post(f"/ops/parked/{group.key}/again", reason="once more", at_a_time="1")
    browser.post("/ops/reruns/2/stop")
    assert "The group is stopped." in browser.words()
    with stuck.sessions() as session:
        rerun = session.get_one(Rerun, 2)
        assert (rerun.state, reruns.progress(session, rerun)) == ("stopped", {"going": 1, "left": 1})
    browser.post("/ops/reruns/2/stop")
    assert browser.status == 404


@BOTH
def test_messages_of_one_record_run_again_one_after_the_other_and_oldest_first(broken: World) -> None:
    office = broken.offices[0]
    office.say(a_work("ANOTHER SONG", number=2))
    office.say(a_work("A BETTER TITLE", number=2), "kora.work.updated.v1")
    for _ in range(6):
        broken.carry()
    (group,) = broken.ask(parkings.groups)
    things = broken.ask(parkings.of_group, group)
    assert [(one.entry.subject, one.turn.seq) for one in things] == [
        (f"work/{a_work().id}", 1), (f"work/{a_work(number=2).id}", 1), (f"work/{a_work(number=2).id}", 2)
    ]  # fmt: skip
    repaired(broken)
    rerun = broken.do(reruns.start, group.key, at_a_time=10)
    assert broken.ask(reruns.progress, rerun) == {"going": 2, "waiting": 1}
    broken.run()
    assert broken.ask(reruns.progress, rerun) == {"done": 3}
    assert [outcome for _, outcome in broken.outcomes()].count("parked") == 0


def test_the_messages_of_a_paused_node_wait_in_both_directions_and_none_is_lost(world: World) -> None:
    office, other = world.office(), world.office(("998", "BARAKA MUSIC RIGHTS"))
    browser = world.sign_in()
    at(browser, "/ops/nodes/n001")
    browser.post("/ops/nodes/n001/pause", reason="")
    assert "A reason is needed" in browser.words()
    browser.post("/ops/nodes/n001/pause", reason="their database is moved")
    assert "This node is paused" in browser.words()
    assert "their database is moved" in browser.words()
    world.do(canaries.send, node_id="n002")
    office.say(a_right_owner())
    other.say(a_right_owner())
    world.carry()
    assert (world.outcomes(), office.states()) == ([("kora.party.registered.v1", "applied")], ["sent"])
    assert [one.type for one in other.told] == [canaries.TYPE]
    assert "1 thing to look at" in at(browser, "/ops")
    at(browser, "/ops/nodes/n001")
    browser.post("/ops/nodes/n001/resume", reason="moved")
    world.carry()
    assert (len(world.outcomes()), office.states()) == (2, ["receipted"])
    browser.post("/ops/nodes/n001/resume")
    assert browser.status == 404
    assert [one for one in done(world) if one[0] != "canary-sent"] == [
        ("paused", "node/n001", "their database is moved"),
        ("resumed", "node/n001", "moved"),
    ]


def test_a_canary_goes_to_every_node_and_its_way_back_is_timed(world: World) -> None:
    browser = world.sign_in()
    at(browser, "/ops/nodes")
    browser.post("/ops/canary")
    assert "no node is let in" in browser.words()
    office = world.office()
    browser.post("/ops/canary")
    assert "A canary went to 1 node." in browser.words()
    world.carrier.run_once()
    world.clock.move(2)
    world.carry()
    (canary,) = world.ask(canaries.last).values()
    assert canary.roundtrip_seconds is not None
    assert 2 <= canary.roundtrip_seconds <= 4
    assert f"{canary.roundtrip_seconds:.1f} s" in at(browser, "/ops/nodes")
    assert [one.type for one in office.told] == [canaries.TYPE]
    world.do(canaries.send)
    world.clock.move(61)
    world.offices.clear()
    world.carry()
    assert events(world) == [("canary", "node/n001", "began")]


def test_canaries_are_sent_by_themselves_when_the_settings_say_so(world: World) -> None:
    settings = world.gateway.settings.model_copy(update={"canary_s": 60})
    turn = canaries.CanaryTurn(replace(world.gateway, settings=settings))
    assert turn.run_once(world.clock()) == 0
    world.office()
    assert turn.run_once(world.clock()) == 1
    world.clock.move(600)
    assert turn.run_once(world.clock()) == 0  # the one before is still on its way
    world.carry()
    assert turn.run_once(world.clock()) == 1


@BOTH
def test_a_clock_that_is_wrong_is_marked_and_told(world: World) -> None:
    office = world.office()
    office.ahead = timedelta(minutes=7, seconds=1)  # its receipt is a second on its way
    world.do(canaries.send)
    world.carry()
    assert world.ask(places.clock_differences, world.clock())["n001"] == timedelta(minutes=7)
    world.clock.move(10)
    world.carry()
    assert events(world) == [("clock", "node/n001", "began")]
    browser = world.sign_in()
    assert "+7 min" in at(browser, "/ops/nodes")
    assert "Its clock is wrong" in at(browser, "/ops/nodes/n001")
    office.ahead = timedelta(minutes=-1)
    for _ in range(10):
        world.do(canaries.send)
        world.carry()
        world.clock.move(10)
    world.carry()
    assert [event for _, _, event in events(world)] == ["began", "ended"]


def test_a_message_that_waited_at_the_node_is_no_wrong_clock(world: World) -> None:
    office = world.office()
    office.say(a_right_owner())
    world.clock.move(3600)
    world.carry()
    assert world.ask(places.clock_differences, world.clock()) == {}


def test_a_node_that_falls_silent_and_what_stays_parked_are_told_once_each(stuck: World) -> None:
    stuck.clock.move(3600 + 60)
    stuck.carry()
    assert events(stuck) == [("parked", "parking", "began")]
    for _ in range(3):
        stuck.clock.move(3600)
        stuck.carry()
    assert events(stuck) == [("parked", "parking", "began")]
    stuck.clock.move(25 * 3600)
    stuck.offices.clear()
    stuck.carry()
    assert events(stuck)[1:] == [("silent", "node/n001", "began")]
    browser = stuck.sign_in("viewer")
    words = at(browser, "/ops/alerts")
    assert "something is parked for an hour" in words
    assert "not heard for 24 hours" in words
    assert "nobody yet" in words


def test_a_gap_a_broken_chain_and_a_missing_receipt_are_conditions_too(world: World) -> None:
    def now() -> list[tuple[str, str]]:
        return [(one.kind, one.subject) for one in world.ask(alerts.conditions, world.clock())]

    office = world.office()
    office.say(a_right_owner())
    world.carry()
    with world.gateway.sessions.begin() as session:
        urn, since = node_urn("n001"), world.clock()
        held = {"source": urn, "aggregate": "work/x", "seq": 9, "node_id": "n001", "msg_id": "x", "since": since}
        session.execute(inbox_held.insert().values(**held))
        raise_alarm(
            session, node_id="n001", kind="chain-mismatch", source=urn, msg_id=None, detail="number 9", now=since
        )
        post(session, node_id="n001", stream=urn, type="kora.message.refused.v1", subject="work/x", data={}, now=since)
    assert now() == [("chain-mismatch", "node/n001")]
    world.carrier.run_once()
    world.clock.move(16 * 60)
    assert now() == [("gap", "node/n001"), ("chain-mismatch", "node/n001")]
    office.say(a_right_owner(number=2))
    office.relay.run_once(world.clock())
    world.carrier.run_once()
    assert now() == [("unanswered", "node/n001"), ("gap", "node/n001"), ("chain-mismatch", "node/n001")]
    browser = world.sign_in("viewer")
    assert "3 things to look at" in at(browser, "/ops")


def test_s06_a_node_goes_over_to_its_next_key_and_the_old_one_counts_a_month_more(world: World) -> None:
    office = world.office()
    following = SigningKey.generate("n001", 2)
    told = {"kid": "n001:2", "public_key": following.public_jwk(), "proof": following.prove("n001:2")}
    office.post(ANNOUNCED, "key/n001", told)
    world.carry()
    assert world.outcomes() == [(ANNOUNCED, "applied")]
    with world.sessions() as session:
        old, new = sorted(places.keys_of(session, "n001"), key=lambda one: one.kid)
    assert (old.kid, old.retired_at is not None, new.kid, new.retired_at) == ("n001:1", True, "n001:2", None)
    office.relay._key = following
    office.say(a_right_owner())
    world.carry()
    assert [outcome for _, outcome in world.outcomes()] == ["applied", "applied"]
    keys = places.StoredKeys(world.gateway.sessions, world.clock)
    assert [keys.find(kid).active for kid in ("n001:1", "n001:2")] == [True, True]
    world.clock.move(30 * 86400 + 100)
    keys.refresh()
    assert [keys.find(kid).active for kid in ("n001:1", "n001:2")] == [False, True]
    browser = world.sign_in()
    assert "counts no more" in at(browser, "/ops/nodes/n001")


def test_s06_a_key_that_is_not_held_or_not_the_next_is_refused(world: World) -> None:
    office = world.office()
    following, other = SigningKey.generate("n001", 2), SigningKey.generate("n001", 3)
    good = {"kid": "n001:2", "public_key": following.public_jwk(), "proof": following.prove("n001:2")}
    office.post(ANNOUNCED, "key/n001", good | {"proof": other.prove("n001:2")})
    office.post(ANNOUNCED, "key/n001", good | {"kid": "n002:2"})
    office.post(ANNOUNCED, "key/n001", {"kid": "n001:2"})
    world.carry()
    assert [outcome for _, outcome in world.outcomes()] == ["refused"] * 3
    assert [code for _, code in office.heard()] == ["not-proven", "wrong-key", "bad-data"]
    assert [one.kid for one in world.ask(places.keys_of, "n001")] == ["n001:1"]


def test_s06_a_revoked_key_is_refused_at_once_and_distrusted_from_a_number_on(world: World) -> None:
    office = world.office()
    office.say(a_right_owner())
    world.carry()
    browser = world.sign_in()
    at(browser, "/ops/nodes/n001")
    browser.post("/ops/nodes/n001/revoke", key="n001:1", reason="stolen", after="many")
    assert "The last trusted message is a number." in browser.words()
    browser.post("/ops/nodes/n001/revoke", key="n001:1", reason="stolen", after="1")
    assert "The key is revoked." in browser.words()
    office.say(a_right_owner(number=2))
    world.carry()
    assert len(world.outcomes()) == 1
    key = places.StoredKeys(world.gateway.sessions, world.clock).find("n001:1")
    assert key is not None
    assert (key.active, key.distrust_after) == (False, 1)
    browser.post("/ops/nodes/n001/revoke", key="n002:1", reason="of another node")
    assert browser.status == 404
    assert done(world) == [("key-revoked", "node/n001", "stolen")]


def test_a_refused_message_names_the_one_by_which_its_node_put_it_right(world: World) -> None:
    office = world.office()
    subject = f"work/{a_work().id}"
    wrong = office.post("kora.work.registered.v1", subject, {"titles": "none"})
    right = office.say(a_work())
    world.carry()
    with world.sessions() as session:
        entry = lives.life(session, wrong)[0]
        assert lives.replaced_by(session, entry, 1) == right
    browser = world.sign_in("viewer")
    assert "The node put it right with a newer message." in at(browser, f"/ops/messages/{wrong}")


def test_an_alert_that_is_over_cannot_be_acknowledged(world: World) -> None:
    browser = world.sign_in()
    at(browser, "/ops/alerts")
    with world.gateway.sessions.begin() as session:
        alerts.compare(session, [alerts.Condition("parked", "parking")], world.clock())
        alerts.compare(session, [], world.clock())
    browser.post("/ops/alerts/1/acknowledge", note="too late")
    assert browser.status == 404
    assert world.ask(alerts.unseen_count) == 0


@BOTH
def test_two_processes_that_meet_a_condition_at_once_write_it_down_once(world: World) -> None:
    found = [alerts.Condition("parked", "parking")]
    with world.gateway.sessions.begin() as session:
        assert alerts.compare(session, found, world.clock()) == 1
        assert [alerts._begin(session, one, world.clock()) for one in found] == [False]
        (open_,) = alerts.unended(session)
        assert [alerts._end(session, open_, world.clock()) for _ in range(2)] == [True, False]
        assert alerts.compare(session, found, world.clock()) == 1
    assert [event for _, _, event in events(world)] == ["began", "ended", "began"]


def test_a_node_that_is_not_let_in_cannot_be_paused(world: World) -> None:
    world.office(approved=False)
    browser = world.sign_in()
    at(browser, "/ops/nodes/n001")
    browser.post("/ops/nodes/n001/pause", reason="too early")
    assert browser.status == 404
    assert world.do(members.approve, "n001").paused_by is None
    with world.sessions() as session:
        assert session.scalars(select(inbox.c.id)).all() == []


@BOTH
def test_a_node_says_its_release_and_how_much_waits_there_with_every_receipt(world: World) -> None:
    office = world.office()
    browser = world.sign_in("viewer")
    assert "Waits there not said yet" in at(browser, "/ops/nodes/n001")
    office.say(a_right_owner(number=1))
    office.say(a_right_owner(number=2))
    world.clock.move(300)
    world.do(canaries.send)
    world.carrier.run_once()
    office.intake.run_once(world.clock())  # it answers before it sends what waits
    world.carrier.run_once()
    ((told, report),) = world.ask(places.reports).values()
    assert (report.release, report.waiting, report.oldest_seconds) == (RELEASE, 2, 300)
    assert told == world.clock()
    words = at(browser, "/ops/nodes/n001")
    assert "Waits there 2 as it said at 24 Nov 2026 12:05 the oldest for 5 min" in words
    assert f"Release {RELEASE}" in words
    assert f" 2 {RELEASE} " in at(browser, "/ops/nodes")
    assert 'data-l="Waits there"><a href="/ops/nodes/n001#report"><bdi dir="ltr" class="n">2<' in browser.open("/ops")
    world.carry()
    world.do(canaries.send)
    world.carry()
    assert [report.waiting for _, report in world.ask(places.reports).values()] == [0]


def test_an_office_that_is_switched_off_is_no_alert_but_one_that_speaks_and_does_not_answer_is(world: World) -> None:
    office = world.office()
    turn = canaries.CanaryTurn(
        replace(world.gateway, settings=world.gateway.settings.model_copy(update={"canary_s": 60}))
    )
    assert turn.run_once(world.clock()) == 1
    world.clock.move(3600)
    world.carrier.run_once()
    assert events(world) == []
    office.say(a_right_owner())
    office.relay.run_once(world.clock())  # its line works in one direction
    world.carrier.run_once()
    world.clock.move(10)
    world.carrier.run_once()
    assert events(world) == [("canary", "node/n001", "began")]


def test_canaries_go_by_themselves_unless_the_settings_forbid_it() -> None:
    assert GatewaySettings().canary_s == 300
