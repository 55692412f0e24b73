"""A node of its own with invented people and works, served on a real socket, and a browser that is signed in."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from interface.accounts import create_user, find_user, set_password
from local_node.admin.operations import found_office, pin
from local_node.app import create_app
from local_node.node import Node, open_node
from local_node.seed import plant
from local_node.settings import NodeSettings

PASSWORD = "a calm sentence about rivers"


@dataclass
class Site:
    """A node that is served, and where."""

    node: Node
    address: str

    def ask(self, query: Callable[..., Any], *args: Any, **named: Any) -> Any:
        with self.node.sessions() as session:
            return query(session, *args, **named)

    def do(self, operation: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """One operation in a transaction of its own, by Awa, now."""
        with self.node.sessions.begin() as session:
            return operation(session, *args, by="awa@tamala.example", now=self.node.now(), **named)


@pytest.fixture(scope="module")
def office_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("office") / "node"
    node = open_node(NodeSettings(data=folder))
    now = node.now()
    with node.sessions.begin() as session:
        found_office(session, society="997", name="TAMALA SOCIETY OF AUTHORS")
        pin(session, node_id="n001", gateway_id="g1", gateway_url="http://127.0.0.1:1", keys=[], now=now)
        plant(session, "a", by="seed", now=now)
    app = create_app(node, time_cost=1)
    with node.sessions.begin() as session:
        for role in ("admin", "documentation"):
            email = f"{role}@tamala.example"
            create_user(session, email=email, full_name=f"Awa {role}", roles=[role], now=now, time_cost=1)
            person = find_user(session, email)
            assert person is not None
            set_password(person, PASSWORD, time_cost=1)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(node, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    node.close()


@pytest.fixture(scope="module")
def office_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield browser
        browser.close()


@pytest.fixture
def visit(office_site: Site, office_browser: Browser) -> Iterator[Callable[..., Page]]:
    """Somebody who is signed in, in a window of a width, a colour scheme and a language."""
    contexts = []

    def open_page(
        path: str = "/", *, width: int = 1280, scheme: Any = "light", language: str = "en", role: str = "documentation",
        script: bool = True,
    ) -> Page:  # fmt: skip
        context = office_browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB",
            base_url=office_site.address, java_script_enabled=script,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.goto("/sign-in")
        if language != "en":
            page.click(f"button[lang={language}]")
        page.fill("#email", f"{role}@tamala.example")
        page.fill("#password", PASSWORD)
        page.click("form.stackf button[type=submit]")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def faults(page: Page) -> list[str]:
    """What axe finds, and by how much the page is wider than the window."""
    found = [f"{rule['id']}: {rule['nodes'][0]['html'][:90]}" for rule in Axe().run(page).response["violations"]]
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{over} px too wide"] if over > 0 else [])]
