"""S-43: sessions are rows; their cookie, their ends, their new ids, and how a person ends them."""

import re

import pytest
from flask import request
from sqlalchemy import event, select

from interface.sessions import browser_words, digest
from interface.tables import SessionRow


def cookie_of(answer):
    found = re.match(r"(__Host-kora-node)=([\w-]+); (.*)", answer.headers["Set-Cookie"])
    assert found is not None, answer.headers["Set-Cookie"]
    return found[2], set(found[3].split("; "))


def rows(site):
    with site.sessions() as session:
        return list(session.scalars(select(SessionRow)))


def test_s43_the_cookie_is_bound_to_this_host_and_not_readable_by_scripts(site):
    session_id, flags = cookie_of(site.client().get("/sign-in"))
    assert flags == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert len(session_id) == 43  # 256 bits in base64url


def test_s43_the_table_holds_only_the_hash_of_the_id(site):
    session_id, _ = cookie_of(site.client().get("/sign-in"))
    (row,) = rows(site)
    assert row.id_hash == digest(session_id)
    assert session_id not in row.data


def test_s43_signing_in_gives_a_new_id_and_ends_the_old_one(site, sign_in, token):
    client = site.client()
    page = client.get("/sign-in")
    before, _ = cookie_of(page)
    answer = client.post(
        "/sign-in",
        data={
            "email": "awa@tamala.example",
            "password": "a calm sentence about rivers",
            "csrf_token": token(page.text),
        },
    )
    after, _ = cookie_of(answer)
    assert after != before
    assert [row.id_hash for row in rows(site)] == [digest(after)]


def test_s43_a_session_ends_after_thirty_idle_minutes(site):
    client = site.signed_in()
    site.clock.move(minutes=30)
    assert client.get("/").status_code == 200
    site.clock.move(minutes=30, seconds=1)
    assert client.get("/").headers["Location"].startswith("/sign-in")


def test_s43_a_session_in_steady_use_ends_after_ten_hours(site):
    client = site.signed_in()
    for _ in range(30):
        site.clock.move(minutes=20)
        assert client.get("/").status_code == 200
    site.clock.move(seconds=1)
    assert client.get("/").headers["Location"].startswith("/sign-in")


def test_s43_ended_rows_are_swept_when_somebody_else_comes(site):
    site.signed_in()
    site.clock.move(hours=1)
    site.client().get("/sign-in")
    (row,) = rows(site)
    assert row.user_key is None


def test_s43_signing_out_ends_the_row(site, token):
    client = site.signed_in()
    page = client.get("/account")
    client.post("/sign-out", data={"csrf_token": token(page.text)})
    assert client.get("/").status_code == 302
    assert [row.user_key for row in rows(site) if row.user_key] == []


def test_s43_a_person_sees_and_ends_the_own_sessions(site, token):
    here, there = site.signed_in(), site.signed_in()
    page = here.get("/account")
    other = re.search(r'name="session" value="([0-9a-f]{64})"', page.text)[1]
    here.post("/account/sessions/end", data={"session": other, "csrf_token": token(page.text)})
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_s43_nobody_ends_the_session_of_somebody_else(site, token):
    site.person("sira@tamala.example", "viewer", "another calm sentence")
    mine, theirs = site.signed_in(), site.signed_in("sira@tamala.example", "another calm sentence")
    session_id = theirs.get_cookie("__Host-kora-node").value
    page = mine.get("/account")
    answer = mine.post("/account/sessions/end", data={"session": digest(session_id), "csrf_token": token(page.text)})
    assert answer.status_code == 404
    assert theirs.get("/").status_code == 200


def test_s43_all_other_sessions_end_with_the_password(site, token):
    here, there = site.signed_in(), site.signed_in()
    before = here.get_cookie("__Host-kora-node").value
    page = here.get("/account/password")
    here.post(
        "/account/password",
        data={
            "old": "a calm sentence about rivers",
            "new": "a new calm sentence",
            "csrf_token": token(page.text),
        },
    )
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert here.get_cookie("__Host-kora-node").value != before


def test_s43_an_ended_session_does_not_come_back_by_a_request_under_way(site):
    client = site.signed_in()
    with site.app.test_request_context(
        "/", headers={"Cookie": f"__Host-kora-node={client.get_cookie('__Host-kora-node').value}"}
    ):
        interface = site.app.session_interface
        opened = interface.open_session(site.app, request)
        with site.sessions.begin() as session:
            session.query(SessionRow).delete()
        opened["more"] = "words"
        interface.save_session(site.app, opened, site.app.response_class())
    assert rows(site) == []


def test_s43_an_invented_id_opens_nothing(site):
    client = site.client()
    client.set_cookie("__Host-kora-node", "A" * 43)
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("", "–"),
    ],
)
def test_s43_the_list_names_browser_and_system_in_words(sent, shown):
    assert browser_words(sent) == shown


@pytest.fixture
def one_writer(site):
    """The database as it runs: every transaction takes the write lock at once, unless it only reads."""

    @event.listens_for(site.sessions.kw["bind"], "begin")
    def begin(connection):
        only_reads = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")

    @event.listens_for(site.sessions.kw["bind"], "connect")
    def connect(connection, record):
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA busy_timeout=100")

    site.sessions.kw["bind"].dispose()
    return site


def test_s43_the_page_lets_go_of_the_database_before_the_session_is_written(one_writer, token):
    client = one_writer.signed_in()
    one_writer.clock.move(minutes=2)
    own = token(client.get("/account").text)
    assert client.post("/works", data={"title": "Kaira", "csrf_token": own}).status_code == 200
    (row,) = rows(one_writer)
    assert row.seen_at == one_writer.clock()


def test_s43_pages_are_read_while_somebody_else_writes(one_writer):
    client = one_writer.signed_in()
    client.get("/")
    with one_writer.sessions.begin() as writer:
        writer.add(SessionRow(id_hash="x", data="{}", created_at=one_writer.clock(), seen_at=one_writer.clock()))
        writer.flush()
        assert client.get("/").status_code == 200
