"""S-45: the headers of every answer, exactly."""

import re

import pytest

from interface.headers import nonce

ALWAYS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/", "/broken"])
def test_s45_every_answer_bears_the_headers(site, path):
    site.app.logger.disabled = True
    answer = site.client().get(path)
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in answer.headers


def test_s45_hsts_is_sent_when_people_come_by_https(make_site):
    answer = make_site(tls=True, host="0.0.0.0").client().get("/sign-in")  # noqa: S104
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_s45_a_nonce_is_new_for_every_answer_and_stands_in_the_policy(site):
    seen = set()
    for _ in range(2):
        with site.app.test_request_context("/"):
            seen.add(nonce())
            answer = site.app.process_response(site.app.response_class("x"))
            assert f"script-src 'self' 'nonce-{nonce()}'" in answer.headers["Content-Security-Policy"]
    assert len(seen) == 2


def test_s45_no_page_holds_inline_code_or_names_another_host(site):
    client = site.signed_in()
    for path in ("/", "/account", "/account/password", "/nowhere", "/sign-in"):
        page = client.get(path).text
        assert not re.search(r"\sstyle=|\son\w+=|javascript:|<style", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)", page)
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page)


def test_s45_the_error_page_tells_nothing_of_the_inside(site):
    site.app.logger.disabled = True
    answer = site.client().get("/broken")
    assert answer.status_code == 500
    assert "Kora met a fault of its own" in answer.text
    assert "the inside of the machine" not in answer.text
