"""The language of a page, its direction, and numbers as its readers write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from interface.numbers import format_day, format_instant, format_money, format_number, format_percent, format_share


def choose(client, token, code):
    page = client.get("/sign-in" if client.get("/").status_code == 302 else "/account")
    return client.post("/language", data={"language": code, "next": "/account", "csrf_token": token(page.text)})


@pytest.mark.parametrize(
    ("wished", "language"), [("fr-CI,fr;q=0.9", "fr"), ("pt-BR", "pt"), ("de", "en"), ("ar", "en"), ("es", "es")]
)
def test_the_browser_chooses_among_the_complete_languages(site, wished, language):
    page = site.client().get("/sign-in", headers={"Accept-Language": wished}).text
    assert f'<html lang="{language}" dir="ltr">' in page


def test_a_visitor_changes_the_language_and_stays_on_the_page(site, token):
    client = site.client()
    page = client.get("/sign-in?next=/works")
    answer = client.post(
        "/language", data={"language": "ar", "next": "/sign-in?next=/works", "csrf_token": token(page.text)}
    )
    assert answer.headers["Location"] == "/sign-in?next=/works"
    assert '<html lang="ar" dir="rtl">' in client.get("/sign-in").text


def test_the_choice_is_kept_with_the_person(site, token):
    choose(site.signed_in(), token, "es")
    assert '<html lang="es"' in site.signed_in().get("/account").text


def test_the_choice_before_signing_in_is_kept_through_it(site, token, sign_in):
    client = site.client()
    choose(client, token, "pt")
    sign_in(client, "awa@tamala.example", "a calm sentence about rivers")
    assert '<html lang="pt"' in client.get("/account").text


def test_a_language_we_do_not_have_is_refused(site, token):
    assert choose(site.client(), token, "xx").status_code == 400


def test_the_menu_gives_every_language_its_own_name(site):
    page = site.client().get("/sign-in").text
    for code, name in [
        ("en", "English"),
        ("fr", "Français"),
        ("es", "Español"),
        ("pt", "Português"),
        ("ar", "العربية"),
    ]:
        assert f'lang="{code}"' in page
        assert f">{name}</button>" in page


@pytest.fixture
def reading_in(site):
    return lambda language: site.app.test_request_context("/", headers={"Accept-Language": language})


def test_numbers_are_written_as_the_readers_write_them(reading_in):
    with reading_in("en"):
        assert format_number(1204) == "1,204"
        assert format_number(Decimal("1234.5"), 2) == "1,234.50"
    with reading_in("fr"):
        assert format_number(1204) == "1\u202f204"


def test_percent_and_thousandths_of_a_second_are_written_as_the_readers_write_them(reading_in):
    instant = datetime(2026, 11, 20, 23, 41, 2, 114_000, tzinfo=UTC)
    with reading_in("en"):
        assert format_percent("97.5", 1) == "97.5%"
        assert format_percent(100, 1) == "100.0%"
        assert format_instant(instant, "exact") == "23:41:02.114"
    with reading_in("fr"):
        assert format_percent("97.5", 1) == "97,5\xa0%"
        assert format_percent(3) == "3\xa0%"
        assert format_instant(instant, "exact") == "23:41:02,114"


def test_a_share_is_exact_whatever_it_comes_as(reading_in):
    with reading_in("en"):
        assert format_share(Fraction(1, 2)) == "50.00"
        assert format_share(Fraction(1, 3)) == "1/3"
        assert format_share("1/3") == "1/3"
        assert format_share(3334) == "33.34"
        assert format_share(Decimal("8.4")) == "8.40"
        assert format_share("100.00") == "100.00"


def test_money_has_the_decimals_of_its_currency(reading_in):
    with reading_in("en"):
        assert format_money(120450, "GMD") == "GMD 1,204.50"
        assert format_money(Decimal("-120450"), "XOF") == "XOF -120,450"
        assert format_money(120450, "XOF") == "XOF 120,450"
        assert format_money(Decimal("0.1")) == "0.10"


def test_instants_are_shown_in_the_zone_of_the_society(make_site):
    site = make_site()
    instant = datetime(2026, 11, 20, 23, 41, 2, 114_000, tzinfo=UTC)
    with site.app.test_request_context("/"):
        assert format_instant(instant) == "23:41"
        assert format_instant(instant, "seconds") == "23:41:02"
        assert format_instant(instant, "exact") == "23:41:02.114"
        assert format_instant(instant, "short") == "20 Nov 2026 23:41"
        assert format_instant(instant, "day") == "20 Nov 2026"
        assert format_day(date(2026, 3, 1)) == "1 Mar 2026"
