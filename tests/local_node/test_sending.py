"""An office with a dear line lets its messages wait, or go at night, and sees what went out in a month (N15)."""

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest

from local_node.admin.models import Office as OfficeRow
from local_node.exchange import sending
from local_node.exchange.models import SendingRule
from local_node.worker import make_carrier
from queues import Carrier, SigningKey
from tests.local_node.conftest import Browser, Office
from tests.local_node.test_works import registered


@pytest.fixture
def carrier(office: Office) -> Iterator[Carrier]:
    """The office's own carrier, as its worker makes it."""
    SigningKey.generate("n001:1").save(office.node.settings.signing_key)
    made = make_carrier(office.node)
    assert made is not None
    yield made
    made.stop()


def states(office: Office) -> list[str]:
    return [row.state for row in office.posted()]


@pytest.mark.parametrize(
    ("begins", "ends", "at", "goes"),
    [
        (None, None, "12:00", True),
        ("22:00", "05:00", "22:00", True),
        ("22:00", "05:00", "04:59", True),
        ("22:00", "05:00", "05:00", False),
        ("22:00", "05:00", "12:00", False),
        ("12:00", "14:00", "13:00", True),
        ("12:00", "14:00", "14:00", False),
    ],
)
def test_hours_may_go_over_midnight(begins: str | None, ends: str | None, at: str, goes: bool) -> None:
    assert sending.may_send(SendingRule(id=1, begins=begins, ends=ends), time.fromisoformat(at)) is goes


def test_a_paused_office_keeps_everything_and_sends_it_when_it_resumes(
    office: Office, awa: Browser, carrier: Carrier
) -> None:
    awa.open("/exchange/sending")
    awa.post("/exchange/sending/pause", reason="the month's data is used up")
    assert "Sending is paused. Everything is kept and goes when you resume." in awa.page
    registered(office)
    carrier.run_once()
    assert states(office) == ["new"]
    assert "the month&#39;s data is used up" in awa.open("/exchange/sending")
    assert "Sending is paused" in awa.open("/exchange")
    awa.post("/exchange/send")
    assert awa.address == "/exchange/sending"
    awa.post("/exchange/sending/resume")
    carrier.run_once()
    assert states(office) == ["sent"]


def test_messages_go_at_night_in_the_offices_own_time(office: Office, awa: Browser, carrier: Carrier) -> None:
    with office.node.sessions.begin() as session:
        session.get_one(OfficeRow, 1).time_zone = "Asia/Dhaka"  # six hours ahead
    awa.open("/exchange/sending")
    awa.post("/exchange/sending/hours", begins="22:00", ends="22:00")
    assert "Write two different times" in awa.page
    awa.post("/exchange/sending/hours", begins="", ends="")
    assert "Messages go at any time." in awa.page
    awa.post("/exchange/sending/hours", begins="22:00", ends="05:00")
    assert "The hours are kept." in awa.page
    registered(office)
    office.clock.move(hours=7)  # 15:00 by our clock, 21:00 there
    carrier.run_once()
    assert states(office) == ["new"]
    office.clock.move(hours=1)
    carrier.run_once()
    assert states(office) == ["sent"]


def test_a_viewer_sees_the_page_and_changes_nothing(office: Office, sign_in: Any) -> None:
    viewer: Browser = sign_in("viewer")
    assert "Pause sending" not in viewer.open("/exchange/sending")
    assert viewer.status == 200
    viewer.post("/exchange/sending/pause")
    assert viewer.status == 404
    assert office.ask(sending.rule).paused_by is None


def test_what_waits_is_counted_with_its_size(office: Office, awa: Browser) -> None:
    registered(office)
    found = office.ask(sending.waiting)
    assert (found.number, found.size) == (1, len(office.posted()[0].body))
    assert "1 kB" in awa.open("/exchange/sending")
