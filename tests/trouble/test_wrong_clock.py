"""A node whose clock is ten years off: its works arrive, the operators are told, and a sentence says what depends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.members import queries as members
from gateway.ops import canaries
from gateway.ops.models import Alert
from queues.tables import inbox, outbox
from tests.builders import a_right_owner, a_work
from tests.gateway.conftest import clock, more, no_settings, world
from tests.gateway.world import World

__all__ = ["clock", "more", "no_settings", "world"]
TEN_YEARS = timedelta(days=3652)


def alerts(world: World) -> list[tuple[str, str, str]]:
    with world.sessions() as session:
        return [(one.condition, one.subject, one.event) for one in session.scalars(select(Alert).order_by(Alert.id))]


@pytest.mark.parametrize(
    ("ahead", "shown", "sentence"),
    [
        (-TEN_YEARS, "−3652 d", "It differs from ours by −3652 d ."),
        (TEN_YEARS, "+3651 d", "It differs from ours by +3651 d ."),
    ],
    ids=["ten years slow", "ten years fast"],
)
def test_a_clock_ten_years_off_is_told_and_nothing_is_lost_or_out_of_order(
    ahead: timedelta, shown: str, sentence: str, world: World
) -> None:
    office = world.office()
    office.ahead = ahead
    said = [office.say(a_right_owner()), *(office.say(a_work(f"SONG {number}", number=number)) for number in (1, 2))]
    world.do(canaries.send)
    for _ in range(3):
        world.carry()
        world.clock.move(10)
    with world.sessions() as session:
        heard = session.execute(
            select(inbox.c.msg_id, inbox.c.outcome).where(inbox.c.msg_id.in_(said)).order_by(inbox.c.id)
        )
        assert [tuple(row) for row in heard] == [(one, "applied") for one in said]
    assert set(office.states()) == {"receipted"}
    measured = world.ask(members.clock_differences, world.clock())["n001"]
    assert abs(measured - ahead) < timedelta(minutes=1)
    assert alerts(world) == [("clock", "node/n001", "began")]
    browser = world.sign_in()
    browser.open("/ops/nodes")
    assert shown in browser.words()
    browser.open("/ops/nodes/n001")
    assert "Its clock is wrong" in browser.words()
    assert sentence in browser.words()
    assert "Order and numbers do not depend on it, but dates in its messages do." in browser.words()
    browser.open("/ops/alerts")
    assert "the clock differs by more than 5 minutes" in browser.words()
    browser.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    browser.open("/ops/nodes/n001")
    assert '<html lang="fr"' in browser.page
    assert "Its clock is wrong" not in browser.words()


def test_a_clock_that_is_set_right_ends_the_alert_and_what_waits_at_the_gateway_still_goes(world: World) -> None:
    office = world.office()
    office.ahead = -TEN_YEARS
    world.do(canaries.send)
    world.carry()
    world.clock.move(10)
    world.carry()
    assert [event for _, _, event in alerts(world)] == ["began"]
    office.ahead = timedelta()
    office.say(a_right_owner())
    for _ in range(10):
        world.do(canaries.send)
        world.carry()
        world.clock.move(10)
    world.carry()
    assert [event for _, _, event in alerts(world)] == ["began", "ended"]
    with world.sessions() as session:
        assert set(session.scalars(select(outbox.c.state))) == {"receipted"}
    assert set(office.states()) == {"receipted"}
