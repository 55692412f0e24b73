"""S-42: password rules, argon2id, growing delay, and the same answer whether an account exists or not."""

import re
import statistics
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from interface.accounts import create_user, delay_after, find_user
from interface.passwords import WeakPassword, check_password, common_passwords, hash_password, one_time_password
from interface.tables import FailedTry, User


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("elevenchars", "short"),
        ("x" * 129, "long"),
        ("Password1234", "common"),
        ("motdepasse1234", "common"),
        ("abababababab", "common"),
        ("awa@tamala.example", "common"),
    ],
)
def test_s42_a_weak_password_is_refused_with_its_reason(password, reason):
    with pytest.raises(WeakPassword) as refused:
        check_password(password, email="awa@tamala.example")
    assert refused.value.reason == reason


@pytest.mark.parametrize("password", ["twelve chars", "a" * 60 + "bcdefg" * 10 + "12345678", "أغنية النهر الطويل"])
def test_s42_length_is_the_only_demand_and_every_script_is_welcome(password):
    check_password(password)


def test_s42_the_shipped_list_holds_only_passwords_the_length_rule_lets_through():
    assert len(common_passwords()) > 150
    assert all(len(password) >= 10 for password in common_passwords())


def test_s42_a_password_is_kept_as_argon2id_with_64_mebibytes():
    kept = hash_password("a calm sentence", time_cost=1)
    assert re.match(r"\$argon2id\$v=19\$m=65536,t=1,p=1\$", kept)


def test_s42_one_time_passwords_differ_and_pass_the_rules():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password)


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 0), (2, 0), (3, 1), (4, 2), (5, 4), (10, 128), (13, 900), (1000, 900)]
)
def test_s42_the_delay_grows_with_each_wrong_try_up_to_15_minutes(count, seconds):
    assert delay_after(count) == timedelta(seconds=seconds)


def test_s42_wrong_password_and_unknown_account_get_the_same_page(site, sign_in):
    def words(email):
        answer = sign_in(site.client(), email, "not the password")
        page = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)
        return answer.status_code, page.replace(email, "")

    known, unknown = words("awa@tamala.example"), words("nobody@tamala.example")
    assert known == unknown
    assert known[0] == 400
    assert "Email or password is not right." in known[1]


def test_s42_an_unknown_account_costs_the_same_work(site, sign_in):
    def seconds(email, address):
        started = time.perf_counter()
        sign_in(site.client(), email, "not the password", address)
        return time.perf_counter() - started

    known = [seconds("awa@tamala.example", f"192.0.2.{n}") for n in range(7)]
    unknown = [seconds("nobody@tamala.example", f"192.0.2.{n}") for n in range(7)]
    assert statistics.median(unknown) > 0.5 * statistics.median(known)
    assert statistics.median(known) > 0.5 * statistics.median(unknown)


def test_s42_after_three_wrong_tries_even_the_right_password_must_wait(site, sign_in):
    for _ in range(5):
        site.clock.move(minutes=1)
        assert sign_in(site.client(), "awa@tamala.example", "wrong").status_code == 400
    waiting = sign_in(site.client(), "awa@tamala.example", "a calm sentence about rivers")
    assert waiting.status_code == 400
    assert "Please wait 4 seconds before the next try." in waiting.text
    site.clock.move(seconds=4)
    assert sign_in(site.client(), "awa@tamala.example", "a calm sentence about rivers").status_code == 302
    with site.sessions() as session:
        assert session.scalars(select(FailedTry)).all() == []


def test_s42_the_delay_of_one_address_does_not_lock_the_person_out_at_another(site, sign_in):
    for _ in range(8):
        sign_in(site.client(), "awa@tamala.example", "wrong", "198.51.100.9")
    answer = sign_in(site.client(), "awa@tamala.example", "a calm sentence about rivers", "192.0.2.7")
    assert answer.status_code == 302


def test_s42_a_one_time_password_must_be_changed_before_anything_else(site, sign_in, token):
    with site.sessions.begin() as session:
        once = create_user(
            session, email="Sira@Tamala.example", full_name="Sira", roles=["viewer"], now=site.clock(), time_cost=1
        )
    client = site.client()
    assert sign_in(client, "sira@tamala.example", once).headers["Location"] == "/account/password"
    assert client.get("/").headers["Location"] == "/account/password"
    page = client.get("/account/password")
    assert "works only once" in page.text
    form = {"old": once, "csrf_token": token(page.text)}
    short = client.post("/account/password", data=form | {"new": "short"})
    assert short.status_code == 400
    assert "Take at least 12 characters." in short.text
    assert client.post("/account/password", data=form | {"new": "my own long words"}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert sign_in(site.client(), "sira@tamala.example", once).status_code == 400


def test_s42_a_one_time_password_dies_after_seven_days(site, sign_in):
    with site.sessions.begin() as session:
        once = create_user(
            session, email="sira@tamala.example", full_name="Sira", roles=[], now=site.clock(), time_cost=1
        )
    site.clock.move(days=7, seconds=1)
    assert sign_in(site.client(), "sira@tamala.example", once).status_code == 400


def test_s42_a_closed_account_gets_the_answer_of_a_wrong_password(site, sign_in):
    with site.sessions.begin() as session:
        user = find_user(session, "awa@tamala.example")
        user.active = False
    answer = sign_in(site.client(), "awa@tamala.example", "a calm sentence about rivers")
    assert answer.status_code == 400
    assert "Email or password is not right." in answer.text


def test_s42_an_account_without_a_role_that_exists_is_not_made(site):
    with site.sessions() as session, pytest.raises(KeyError, match="emperor"):
        create_user(
            session, email="x@y.example", full_name="X", roles=["emperor"], now=datetime(2026, 1, 1, tzinfo=UTC)
        )
    with site.sessions() as session:
        assert [user.email for user in session.scalars(select(User))] == ["awa@tamala.example"]
