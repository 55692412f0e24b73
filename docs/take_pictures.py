"""Takes the pictures of this manual: starts a demonstration, signs in and photographs every page.

    .venv/bin/python docs/take_pictures.py

It needs what the tests need (``make test`` installs it) and writes ``docs/pictures/<name>.png``.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from kora_demo import balance
from kora_demo.parts import EMAIL, NODES, Demo, Players, Stage, patiently

PICTURES = Path(__file__).parent / "pictures"
PORT = 8640
PASSWORD = "a calm sentence about rivers"  # noqa: S105  of a demonstration that is thrown away

NODE = {
    "home": "/",
    "right-owners": "/right-owners",
    "right-owner": "/right-owners > /right-owners/[0-9a-f-]{36}",
    "new-right-owner": "/right-owners/new",
    "works": "/works",
    "work": "/works?q=river > /works/[0-9a-f-]{36}",
    "history": "/works?q=river > /works/[0-9a-f-]{36} > /works/[0-9a-f-]{36}/history",
    "new-work": "/works/new?class=MW",
    "agreements": "/agreements",
    "agreement": "/agreements > /agreements/[0-9a-f-]{36}",
    "import": "/import",
    "batch": "/import > /import/[0-9]+",
    "quarantine": "/import/quarantine",
    "quarantined": "/import/quarantine > /import/quarantine/[0-9]+",
    "exchange": "/exchange",
    "exchange-message": "/exchange > /exchange/[0-9a-f-]{36}",
    "sending": "/exchange/sending",
    "conflicts": "/exchange/review",
    "conflict": "/exchange/review > /exchange/review/[0-9]+",
    "settings": "/settings",
    "people": "/settings/people",
    "classes": "/settings/classes",
    "class": "/settings/classes/MW",
    "partners": "/settings/partners",
    "audit": "/settings/audit",
    "account": "/account",
    "keys": "/account/keys",
}
GATEWAY = {
    "gateway-now": "/ops",
    "gateway-messages": "/ops/messages",
    "gateway-message": "/ops/messages > /ops/messages/[0-9a-f-]{36}",
    "gateway-parked": "/ops/parked",
    "gateway-partner": "/ops/partners/cisnet",
    "gateway-nodes": "/ops/nodes",
    "gateway-node": "/ops/nodes > /ops/nodes/n[0-9]+",
    "gateway-alerts": "/ops/alerts",
    "gateway-runbook": "/ops/alerts/runbook",
    "gateway-audit": "/ops/audit",
}
"""Picture to address; behind each ``>`` stands what the address to follow from that page looks like."""


@contextmanager
def demonstration() -> Iterator[tuple[Stage, str]]:
    """A running demonstration whose works have their last answers, and its one-time password."""
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), PORT)
        players = Players(stage)
        demo = Demo(stage, players)
        try:
            password = demo.set_up() or ""
            demo.start()
            demo.enrol()
            demo.plant()
            demo.publish()
            demo.publish(Path(__file__).parents[1] / "kora_demo" / "CW260002TWP_997.V21")
            for _ in patiently():
                health = demo.health("gateway")
                if not (health["due"] or health["awaited"] or balance.waiting(stage)):
                    break
            yield stage, password
        finally:
            players.stop()


def sign_in(page: Page, password: str) -> None:
    """Sign in; the one-time password of the first time is changed."""
    page.goto("/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", password)
    page.click("form.stackf button[type=submit]")
    if page.url.endswith("/account/password"):
        page.fill("[name=old]", password)
        page.fill("[name=new]", PASSWORD)
        page.click("form.stackf button[type=submit]")


def take(browser: Browser, address: str, password: str, pages: Mapping[str, str]) -> None:
    """Photograph the pages of one application, whole, as a desk sees them."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.goto("/sign-in")
    page.screenshot(path=PICTURES / f"{next(iter(pages)).partition('-')[0]}-sign-in.png")
    sign_in(page, password)
    for name, route in pages.items():
        start, *hops = route.split(" > ")
        page.goto(start)
        for hop in hops:
            for _ in patiently():
                found = re.search(f'href="({hop})"', page.content())
                if found:
                    page.goto(found[1])
                    break
                page.reload()  # the last answers are still on their way
            else:
                raise SystemExit(f"{page.url} leads nowhere for the picture {name}")
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        print(name)
    context.close()


def main() -> None:
    """Take all pictures anew."""
    PICTURES.mkdir(exist_ok=True)
    with demonstration() as (stage, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        take(browser, stage.address(NODES[0]), password, NODE)
        take(browser, stage.address("gateway"), password, GATEWAY)
        browser.close()


if __name__ == "__main__":
    main()
