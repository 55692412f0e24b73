"""S-13, S-14, S-40 at a node: who may open and change what, over every route there is."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask

from tests.local_node.conftest import Browser, Office, app, clock, office, settings, sign_in, unenrolled

__all__ = ["app", "clock", "office", "settings", "sign_in", "unenrolled"]

OPEN_TO_ALL = {"/health", "/setup", "/sign-in", "/language", "/set-up/<token>", "/static/<digest>/<path:name>"}
ABOUT_ONESELF = {
    "/account", "/account/password", "/account/stay", "/account/sessions/end", "/sign-out", "/language", "/news/seen",
}  # fmt: skip

WRITTEN_DOWN = {"/settings/audit/download"}
"""Whoever may read the audit may take it along, which is written down."""


def routes(app: Flask, method: str) -> Iterator[tuple[str, str]]:
    """Rule and an address of it; records in it do not exist."""
    values = {"uuid": str(uuid4()), "int": "999999", "path": "none", "default": "none", "any": "pause"}
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()):
            address = "".join(
                values[part[1:-1].partition("(")[0].partition(":")[0] if ":" in part else "default"]
                if part.startswith("<")
                else part
                for part in _parts(rule.rule)
            )
            yield rule.rule, address


def _parts(rule: str) -> list[str]:
    parts, rest = [], rule
    while "<" in rest:
        before, _, rest = rest.partition("<")
        inside, _, rest = rest.partition(">")
        parts += [before, f"<{inside}>"]
    return [*parts, rest]


def test_s14_nobody_sees_anything_without_signing_in(app: Flask) -> None:
    nobody = app.test_client()
    for rule, address in routes(app, "GET"):
        answer = nobody.get(address)
        if rule in OPEN_TO_ALL:
            assert answer.status_code in (200, 302, 404), rule
        else:
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in"), rule


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_s40_who_only_reads_changes_nothing(app: Flask, sign_in: Callable[..., Browser], role: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    browser = sign_in(role)
    answers = {
        rule: browser.client.post(address, data={}).status_code
        for rule, address in routes(app, "POST")
        if rule not in OPEN_TO_ALL | ABOUT_ONESELF
    }
    assert answers
    open_ = WRITTEN_DOWN if role == "auditor" else set()
    assert {rule for rule, status in answers.items() if status != 404} == open_


def test_s40_the_office_belongs_to_its_administrator(app: Flask, sign_in: Callable[..., Browser]) -> None:
    for role, may_read in (("viewer", False), ("documentation", False), ("auditor", True), ("admin", True)):
        browser = sign_in(role)
        browser.open("/settings")
        assert (role, browser.status) == (role, 200 if may_read else 404)


def test_s13_a_record_that_is_not_there_and_one_that_is_hidden_look_alike(
    app: Flask, office: Office, sign_in: Callable[..., Browser]
) -> None:
    from local_node.works import operations as works
    from tests.local_node.test_works import a_new_work

    work = office.do(works.register_work, a_new_work())
    app.config["WTF_CSRF_ENABLED"] = False
    viewer = sign_in("viewer").client
    hidden, absent = viewer.post(f"/works/{work.id}/withdraw"), viewer.post(f"/works/{uuid4()}/withdraw")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert len(hidden.data) == len(absent.data)
