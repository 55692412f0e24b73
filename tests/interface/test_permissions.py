"""S-13, S-14: every route says who may use it, and hidden pages look like pages that do not exist."""

import pytest
from flask import Blueprint

import interface
from interface.permissions import UndeclaredPermission, check_routes
from interface.tables import Role


def page_with(declaration):
    pages = Blueprint("forgetful", __name__)

    def view():
        return "open"

    pages.add_url_rule("/open", view_func=declaration(view))
    return pages


def test_a_route_nobody_decided_about_stops_the_start(make_site):
    with pytest.raises(UndeclaredPermission, match="/open"):
        make_site(blueprints=[page_with(lambda view: view)])


def test_a_permission_the_application_does_not_know_stops_the_start(make_site):
    with pytest.raises(UndeclaredPermission, match=r"works\.burn"):
        make_site(blueprints=[page_with(interface.permission("works.burn"))])


def test_a_route_added_later_is_refused_when_it_is_undeclared(site):
    site.app.add_url_rule("/late", view_func=lambda: "open")
    assert site.signed_in().get("/late").status_code == 404
    assert site.client().get("/late").status_code == 302
    with pytest.raises(UndeclaredPermission):
        check_routes(site.app, ["works.read"])


def test_a_page_beyond_the_role_looks_like_a_page_that_is_not_there(site):
    site.person("sira@tamala.example", "viewer", "another calm sentence")
    viewer = site.signed_in("sira@tamala.example", "another calm sentence")
    hidden, absent = viewer.get("/works/1"), viewer.get("/works/2")
    assert (hidden.status_code, absent.status_code) == (404, 404)
    assert hidden.text.replace("/works/1", "") == absent.text.replace("/works/2", "")
    assert site.signed_in().get("/works/1").text == "one"


def test_the_navigation_shows_only_what_the_person_may_use(site):
    site.person("sira@tamala.example", "viewer", "another calm sentence")
    assert ">Works " not in site.signed_in("sira@tamala.example", "another calm sentence").get("/").text
    assert ">Works " in site.signed_in().get("/").text


def test_a_visitor_is_sent_to_sign_in_and_back(site, token):
    client = site.client()
    asked = client.get("/works/1?tab=shares")
    assert asked.headers["Location"] == "/sign-in?next=/works/1?tab%3Dshares"
    page = client.get(asked.headers["Location"])
    answer = client.post(
        asked.headers["Location"],
        data={
            "email": "awa@tamala.example",
            "password": "a calm sentence about rivers",
            "csrf_token": token(page.text),
        },
    )
    assert answer.headers["Location"] == "/works/1?tab=shares"


def test_a_part_of_a_page_asked_after_the_session_ended_loads_the_sign_in_page(site):
    answer = site.client().get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/sign-in")


def test_roles_of_the_society_survive_the_next_start(make_site):
    first = make_site()
    with first.sessions.begin() as session:
        session.query(Role).filter_by(name="viewer").one().permissions = []
    second = make_site()
    with second.sessions() as session:
        assert session.query(Role).filter_by(name="viewer").one().permissions in ([], None, [""])
