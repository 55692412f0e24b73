"""S-44: no change without the token of the session, none from pages of others, none by GET."""

import pytest


def test_s44_a_form_without_the_token_changes_nothing(site):
    answer = site.signed_in().post("/works", data={"title": "Kaira"})
    assert answer.status_code == 400
    assert "This request could not be read" in answer.text


def test_s44_the_token_of_another_session_is_refused(site, token):
    foreign = token(site.signed_in().get("/account").text)
    answer = site.signed_in().post("/works", data={"title": "Kaira", "csrf_token": foreign})
    assert answer.status_code == 400


def test_s44_the_own_token_is_taken_from_the_form_or_from_the_header(site, token):
    client = site.signed_in()
    own = token(client.get("/account").text)
    assert client.post("/works", data={"title": "Kaira", "csrf_token": own}).text == "Kaira"
    assert client.post("/works", data={"title": "Kaira"}, headers={"X-CSRFToken": own}).text == "Kaira"


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Sec-Fetch-Site", "same-origin", 200),
        ("Sec-Fetch-Site", "none", 200),
        ("Sec-Fetch-Site", "same-site", 403),
        ("Sec-Fetch-Site", "cross-site", 403),
        ("Origin", "http://localhost", 200),
        ("Origin", "http://localhost:8081", 403),
        ("Origin", "https://evil.example", 403),
        ("Origin", "null", 403),
    ],
)
def test_s44_even_with_a_token_the_request_must_come_from_our_pages(site, token, header, value, status):
    client = site.signed_in()
    own = token(client.get("/account").text)
    answer = client.post("/works", data={"title": "Kaira", "csrf_token": own}, headers={header: value})
    assert answer.status_code == status


def test_s44_signing_in_needs_the_token_too(site):
    answer = site.client().post("/sign-in", data={"email": "awa@tamala.example", "password": "x"})
    assert answer.status_code == 400


def test_s44_get_requests_change_nothing(site):
    client = site.signed_in()
    for path in ("/sign-out", "/language", "/account/sessions/end"):
        assert client.get(path).status_code == 405
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("next_page", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x"])
def test_s44_the_page_to_come_back_to_lies_inside(site, token, next_page):
    client = site.client()
    page = client.get("/sign-in")
    answer = client.post("/language", data={"language": "fr", "next": next_page, "csrf_token": token(page.text)})
    assert answer.headers["Location"] == "/"
