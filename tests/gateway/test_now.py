"""The first page that keeps itself fresh, and the numbers that machines read."""

import gzip
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import waitress
from playwright.sync_api import Page, sync_playwright
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from gateway.app import create_app
from gateway.gateway import open_gateway
from gateway.members import operations as members
from gateway.ops import canaries
from interface.sessions import SEEN_EVERY, WATCH_HEADER
from interface.tables import SessionRow
from tests.builders import a_right_owner
from tests.connectors.partner import Clock
from tests.databases import BOTH
from tests.gateway.world import PASSWORD, TAMALA, World, settings_for

MOST_BYTES = 4096
IDLE = timedelta(minutes=30)


def seen_at(world: World) -> datetime:
    """When somebody was last at the browser of the only session."""
    with world.sessions() as session:
        return session.scalars(select(SessionRow.seen_at).order_by(SessionRow.seen_at.desc())).first()


@BOTH
def test_what_is_fetched_every_ten_seconds_is_small_however_many_nodes_there_are(world: World) -> None:
    for number in range(1, 61):
        name = f"SOCIETY OF COMPOSERS AND WRITERS NUMBER {number}"
        world.do(members.add, society=f"{number:03d}", name=name)
    browser = world.sign_in("viewer")
    part = browser.open("/ops/now")
    assert browser.status == 200
    assert "<html" not in part
    assert "60 nodes" in browser.words()
    assert len(gzip.compress(part.encode(), 6)) <= MOST_BYTES


def test_what_a_page_fetches_by_itself_keeps_nobody_signed_in(world: World) -> None:
    browser = world.sign_in("viewer")
    browser.open("/ops")
    before = seen_at(world)
    for _ in range(3):
        world.clock.move(SEEN_EVERY.total_seconds() + 1)
        assert browser.client.get("/ops/now", headers={WATCH_HEADER: "1"}).status_code == 200
    assert seen_at(world) == before
    world.clock.move(IDLE.total_seconds())
    assert browser.client.get("/ops/now", headers={WATCH_HEADER: "1"}).status_code == 302


def test_a_visit_by_a_person_still_does(world: World) -> None:
    browser = world.sign_in("viewer")
    browser.open("/ops")
    world.clock.move(SEEN_EVERY.total_seconds() + 1)
    browser.open("/ops/now")
    assert seen_at(world) == world.clock()


@pytest.fixture
def shown(world: World) -> Iterator[tuple[World, Page]]:
    """The first page in a real browser whose clock is moved by hand."""
    world.office()
    world.sign_in("viewer")
    server = waitress.create_server(world.app, host="127.0.0.1", port=0, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_context(base_url=f"http://127.0.0.1:{server.effective_port}").new_page()
        page.clock.install()
        page.goto("/sign-in?next=/ops")
        page.fill("#email", "viewer@gateway.example")
        page.fill("#password", PASSWORD)
        page.click("form.stackf button[type=submit]")
        yield world, page
        browser.close()
    server.close()


@pytest.mark.browser
def test_the_first_page_keeps_itself_fresh_until_the_tab_is_hidden(shown: tuple[World, Page]) -> None:
    world, page = shown
    assert "not heard yet" in page.inner_text("#now")
    world.offices[0].say(a_right_owner())
    world.carry()
    with page.expect_response("**/ops/now") as answer:
        page.clock.fast_forward(10_000)
    assert answer.value.request.headers["x-kora-watch"] == "1"
    page.wait_for_function("!document.querySelector('#now').innerText.includes('not heard yet')")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.clock.fast_forward(60_000)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', {value: false, configurable: true})")
    with page.expect_response("**/ops/now"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


@pytest.mark.browser
def test_the_first_page_asks_to_sign_in_when_the_session_is_over(shown: tuple[World, Page]) -> None:
    world, page = shown
    world.clock.move(IDLE.total_seconds() + 1)
    with page.expect_navigation(url="**/sign-in?next=/ops"):
        page.clock.fast_forward(10_000)


def test_without_script_the_page_says_its_time_and_how_to_load_it_again(world: World) -> None:
    browser = world.sign_in("viewer")
    browser.open("/ops")
    assert "as of 12:00:00" in browser.words()
    assert re.search(r'<a href="/ops">Load again</a>', browser.page)


def measured(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Name and labels of every number."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_numbers_for_prometheus_have_the_names_we_promise(full: World) -> None:
    full.do(canaries.send)
    answer = full.app.test_client().get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found = measured(answer.text)
    assert {name for name, _ in found} == {
        "kora_outbox_rows", "kora_outbox_oldest_seconds", "kora_relay_lease_held", "kora_inbox_received_total",
        "kora_receipt_lag_seconds", "kora_node_last_seen_seconds", "kora_node_clock_skew_seconds",
        "kora_connector_calls_total", "kora_connector_seconds_count", "kora_connector_seconds_sum",
        "kora_connector_circuit_open", "kora_job_rows", "kora_job_oldest_seconds", "kora_canary_roundtrip_seconds",
        "kora_turn_seconds_count", "kora_turn_seconds_sum", "kora_last_turn_seconds", "kora_turn_failures_total",
    }  # fmt: skip
    assert found["kora_inbox_received_total", (("node", "n001"),)] == 5
    assert found["kora_outbox_rows", (("state", "new"), ("stream", "urn:kora:node:n002"))] == 1
    assert found["kora_job_rows", (("kind", "cisnet"), ("state", "due"))] == 1
    assert found["kora_connector_circuit_open", (("connector", "cisnet"),)] == 0
    counted = [(dict(labels), value) for (name, labels), value in found.items() if name.endswith("calls_total")]
    calls = {labels["operation"]: value for labels, value in counted}
    assert set(calls) == {"send", "collect"}
    assert found["kora_connector_seconds_count", (("connector", "cisnet"),)] == sum(calls.values())


def test_numbers_tell_what_is_parked_held_and_broken(stuck: World) -> None:
    stuck.clock.move(3700)
    stuck.carry()
    found = measured(stuck.app.test_client().get("/metrics").text)
    assert found["kora_parked_rows", (("queue", "conn.cisnet"), ("reason", "F4"))] == 2
    assert found["kora_alerts_open", (("condition", "parked"),)] == 1
    assert found["kora_job_rows", (("kind", "cisnet"), ("state", "parked"))] == 2


def test_s15_numbers_are_for_this_machine_or_for_who_has_the_token(tmp_path: Path, world: World) -> None:
    client = world.app.test_client()
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    token = tmp_path / "token"
    token.write_text("a long and random word\n")
    gateway = open_gateway(settings_for(tmp_path / "other", metrics_token_file=token), now=Clock())
    guarded = create_app(gateway, time_cost=1).test_client()
    assert guarded.get("/metrics").status_code == 404
    assert guarded.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    shown = {"Authorization": "Bearer a long and random word"}
    assert guarded.get("/metrics", headers=shown, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
    gateway.close()
    proxied = open_gateway(settings_for(tmp_path / "proxied", proxies=1), now=Clock())
    assert create_app(proxied, time_cost=1).test_client().get("/metrics").status_code == 404
    proxied.close()


def test_health_tells_no_names(world: World) -> None:
    world.office()
    assert TAMALA[1] not in world.app.test_client().get("/health").text
