"""What administrators do to accounts, and what the frame does when the application behind it is broken."""

import pytest
from sqlalchemy import select

from interface.accounts import EmailTaken, UnknownAccount, create_user, give_new_password, give_roles
from interface.tables import SessionRow


def test_a_forgotten_password_gives_way_to_a_one_time_password_and_sessions_end(site, sign_in):
    client = site.signed_in()
    with site.sessions.begin() as session:
        once = give_new_password(session, "Awa@tamala.example", now=site.clock(), time_cost=1)
    assert client.get("/").status_code == 302
    assert sign_in(site.client(), "awa@tamala.example", "a calm sentence about rivers").status_code == 400
    site.clock.move(seconds=1)
    answer = sign_in(site.client(), "awa@tamala.example", once)
    assert answer.headers["Location"] == "/account/password"


def test_new_roles_end_the_sessions_that_held_the_old_ones(site):
    client = site.signed_in()
    with site.sessions.begin() as session:
        give_roles(session, "awa@tamala.example", ["viewer"])
    assert client.get("/works/1").status_code == 302
    assert site.signed_in().get("/works/1").status_code == 404


def test_an_address_has_one_account_and_an_unknown_one_has_none(site):
    with site.sessions() as session:
        with pytest.raises(EmailTaken):
            create_user(session, email="AWA@tamala.example", full_name="", roles=[], now=site.clock(), time_cost=1)
        with pytest.raises(UnknownAccount):
            give_roles(session, "nobody@tamala.example", [])
        with pytest.raises(UnknownAccount):
            give_new_password(session, "nobody@tamala.example", now=site.clock(), time_cost=1)


def test_an_open_page_keeps_its_session_alive_by_one_visit(site):
    client = site.signed_in()
    for _ in range(3):
        site.clock.move(minutes=28)
        assert client.get("/account/stay").status_code == 204
    assert client.get("/").status_code == 200


def test_asking_for_a_file_neither_reads_nor_replaces_the_session(site):
    client = site.signed_in()
    before = client.get_cookie("__Host-kora-node").value
    for path in ("/static/000000000000/kora.css", "/static/000000000000/none.css"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "Set-Cookie" not in answer.headers
    assert client.get_cookie("__Host-kora-node").value == before
    assert client.get("/").status_code == 200


def test_a_stranger_who_asks_for_pages_that_are_not_there_makes_no_sessions(site):
    for _ in range(3):
        assert "Set-Cookie" not in site.client().get("/wp-login.php").headers
    with site.sessions() as session:
        assert session.scalars(select(SessionRow)).all() == []


def test_a_broken_frame_still_gives_the_page_about_the_fault(make_site):
    def broken():
        raise RuntimeError("no database")

    site = make_site(around=broken)
    site.person()
    site.app.logger.disabled = True
    answer = site.signed_in().get("/")
    assert answer.status_code == 500
    assert "What you saved before is kept." in answer.text
    assert "no database" not in answer.text


def test_behind_a_proxy_the_address_of_the_person_is_kept(make_site, sign_in):
    site = make_site(proxies=1, tls=True)
    site.person()
    client = site.client()
    page = client.get("/sign-in", headers={"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https"})
    assert page.status_code == 200
    with site.sessions() as session:
        (row,) = session.scalars(select(SessionRow))
    assert row.address == "203.0.113.5"
