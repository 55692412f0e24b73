"""Every page of both applications in a real browser, on a running demonstration: nothing overlaps the edge, axe is
silent, nothing is written to the console, and the pages work without script."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from kora_demo.parts import EMAIL, NODES, Demo, Players, Stage, patiently
from tests.stories.test_thread import four_free_ports

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
PASSWORD = "a calm sentence about rivers"

NODE_PAGES = (
    "/",
    "/right-owners",
    "/right-owners/new",
    "/works",
    "/works/new",
    "/works/new?class=MW",
    "/agreements",
    "/import",
    "/import/quarantine",
    "/exchange",
    "/exchange/sending",
    "/settings",
    "/settings/partners",
    "/settings/classes",
    "/settings/people",
    "/settings/audit",
    "/account",
)
GATEWAY_PAGES = (
    "/ops",
    "/ops/messages",
    "/ops/parked",
    "/ops/alerts",
    "/ops/audit",
    "/ops/alerts/runbook",
    "/ops/nodes",
    "/ops/partners/cisnet",
    "/account",
)
FOLLOWED = {
    "/works": r'href="(/works/[0-9a-f-]{36})"',
    "/right-owners": r'href="(/right-owners/[0-9a-f-]{36})"',
    "/agreements": r'href="(/agreements/[^"?/]+)"',
    "/import": r'href="(/import/[^"?/]+)"',
    "/exchange": r'href="(/exchange/[^"?/]+)"',
    "/ops/nodes": r'href="(/ops/nodes/[^"?/]+)"',
    "/ops/messages": r'href="(/ops/messages/[^"?/]+)"',
}
"""From each list the first record is opened too."""


@dataclass
class Running:
    """The demonstration, with works acknowledged and an account whose password is chosen."""

    stage: Stage

    def address(self, part: str) -> str:
        return self.stage.address(part)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    stage = Stage(tmp_path_factory.mktemp("demo"), four_free_ports())
    players = Players(stage)
    demo = Demo(stage, players)
    try:
        password = demo.set_up()
        demo.start()
        demo.enrol()
        demo.plant()
        folder = Path(__file__).parents[2] / "kora_demo"
        for name in ("CW260001TWP_997.V21", "CW260002TWP_997.V21"):
            demo.ask("node-a", "node", "import", str(folder / name), "--as", "works", accept=(0, 1))
        for _ in patiently():
            said = [demo.ask(part, "node", "works", "list")["partners"].get("cisnet", {}) for part in NODES]
            if all(said) and not any("RA" in one for one in said):
                break
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
            for part in (*NODES, "gateway"):
                _choose_password(browser, stage.address(part), password or "")
            browser.close()
        yield Running(stage)
    finally:
        players.stop()


def _choose_password(browser: Browser, address: str, first: str) -> None:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    _sign_in(page, first)
    for field, text in (("old", first), ("new", PASSWORD)):
        page.fill(f"[name={field}]", text)
    page.click("form.stackf button[type=submit]")
    context.close()


def _sign_in(page: Page, password: str) -> None:
    page.goto("/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", password)
    page.click("form.stackf button[type=submit]")


@pytest.fixture(scope="module")
def chromium(running: Running) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield browser
        browser.close()


def faults(page: Page) -> list[str]:
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:90]}" for rule in Axe().run(page).response["violations"]]


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "en"), (360, "dark", "fr"), (1280, "dark", "ar"), (360, "light", "ar")],
)
@pytest.mark.parametrize(("part", "pages"), [("node-a", NODE_PAGES), ("gateway", GATEWAY_PAGES)])
def test_every_page_fits_and_axe_finds_nothing(
    running: Running, chromium: Browser, part: str, pages: tuple[str, ...], width: int, scheme: str, language: str
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        base_url=running.address(part),
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
    page.goto("/sign-in")
    if language != "en":
        page.click(f"button[lang={language}]")
    _sign_in(page, PASSWORD)
    found: dict[str, object] = {}
    for path in _with_records(page, pages):
        answer = page.goto(path)
        assert answer is not None
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = (answer.status, max(over, 0), faults(page))
    context.close()
    assert found == {path: (200, 0, []) for path in found}
    assert complaints == []


def _with_records(page: Page, pages: tuple[str, ...]) -> Iterator[str]:
    for path in pages:
        yield path
        if path in FOLLOWED:
            record = re.search(FOLLOWED[path], page.content())
            assert record is not None, f"no record to open on {path}"
            yield record[1]


def test_a_work_is_registered_without_script(running: Running, chromium: Browser) -> None:
    context = chromium.new_context(base_url=running.address("node-a"), java_script_enabled=False)
    page = context.new_page()
    _sign_in(page, PASSWORD)
    page.goto("/works/new?class=MW")
    page.fill("[name=titles-0-text]", "SONG WITHOUT SCRIPT")
    page.fill("[name=interests-0-holder]", "KEITA-SARR")
    page.select_option("[name=interests-0-role]", "CA")
    for right in ("PR", "MR"):
        page.fill(f"[name=interests-0-{right.lower()}]", "100")
    page.click("button[name=do][value=save]")
    assert "SONG WITHOUT SCRIPT" in page.inner_text("h1")
    context.close()
