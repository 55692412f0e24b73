"""S-46: before the first answer: a secret of its own, no debug mode, no open door, no default account."""

import stat

import pytest
from sqlalchemy import select

import interface
from interface.accounts import make_setup_link
from interface.settings import UnsafeStart, check_start, secret_key
from interface.tables import User


def test_s46_the_secret_is_made_at_the_first_start_and_kept(tmp_path):
    first = secret_key(tmp_path / "data")
    assert len(first) >= 32
    assert secret_key(tmp_path / "data") == first
    assert stat.S_IMODE((tmp_path / "data" / "secret-key").stat().st_mode) == 0o600
    assert secret_key(tmp_path / "other") != first


def test_s46_a_secret_others_can_read_stops_the_start(tmp_path):
    secret_key(tmp_path)
    (tmp_path / "secret-key").chmod(0o644)
    with pytest.raises(UnsafeStart, match="0600"):
        secret_key(tmp_path)


@pytest.mark.parametrize("known", ["changeme", "x" * 31])
def test_s46_a_short_or_known_secret_stops_the_start(tmp_path, known):
    path = tmp_path / "secret-key"
    path.touch(mode=0o600)
    path.write_text(known)
    with pytest.raises(UnsafeStart, match="too short or well known"):
        secret_key(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.10", "kora.tamala.example"])  # noqa: S104
def test_s46_a_public_address_needs_tls(tmp_path, host):
    with pytest.raises(UnsafeStart, match="TLS"):
        check_start(interface.Settings(tmp_path, host=host))
    check_start(interface.Settings(tmp_path, host=host, tls=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "[::1]", "localhost", "127.8.8.8"])
def test_s46_a_loopback_address_needs_no_tls(tmp_path, host):
    check_start(interface.Settings(tmp_path, host=host))


def test_s46_debug_mode_needs_the_developers_switch(tmp_path):
    with pytest.raises(UnsafeStart, match="--dev"):
        check_start(interface.Settings(tmp_path, debug=True))
    check_start(interface.Settings(tmp_path, debug=True, dev=True))


def test_s46_there_is_no_default_account(make_site):
    site = make_site()
    with site.sessions() as session:
        assert session.scalars(select(User)).all() == []


def test_s46_the_set_up_link_makes_the_first_administrator_once(make_site, token):
    site = make_site()
    with site.sessions.begin() as session:
        link = "/set-up/" + make_setup_link(session, now=site.clock())
    client = site.client()
    form = {"full_name": "Awa Traoré", "email": "awa@tamala.example"}
    page = client.get(link)
    weak = client.post(link, data=form | {"password": "short", "again": "short", "csrf_token": token(page.text)})
    assert weak.status_code == 400
    words = "a calm sentence about rivers"
    answer = client.post(link, data=form | {"password": words, "again": words, "csrf_token": token(page.text)})
    assert answer.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert site.client().get(link).status_code == 404
    with site.sessions() as session:
        (user,) = session.scalars(select(User))
        assert [role.name for role in user.roles] == ["admin"]


def test_s46_the_set_up_link_dies_after_a_day_and_when_an_account_exists(make_site):
    site = make_site()
    with site.sessions.begin() as session:
        link = "/set-up/" + make_setup_link(session, now=site.clock())
    site.clock.move(hours=24, seconds=1)
    assert site.client().get(link).status_code == 404
    site.clock.move(hours=-24)
    assert site.client().get(link).status_code == 200
    site.person()
    assert site.client().get(link).status_code == 404
    assert site.client().get("/set-up/guessed").status_code == 404
