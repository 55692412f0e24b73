"""Somebody pastes a whole page into one field: a clear sentence, the typed form again, and every other page goes on."""

import pytest
from sqlalchemy import func, select

from local_node.right_owners.models import RightOwner
from local_node.works import queries as works
from tests.local_node.conftest import Browser, Office

PAGE = "all that stood on the clipboard " * 200
REFUSED = 400


def test_a_name_of_a_thousand_words_is_refused_and_stays_in_the_form(office: Office, awa: Browser) -> None:
    awa.open("/right-owners/new")
    page = awa.send("/right-owners/new", form="p", names__0__name=PAGE)
    assert (awa.status, "A name has at most 300 characters." in page) == (REFUSED, True)
    assert PAGE.strip() in page
    assert office.ask(lambda session: session.scalar(select(func.count(RightOwner.id)))) == 0


@pytest.mark.parametrize("do", ["save", "draft"])
def test_a_title_of_a_thousand_words_is_refused_even_as_a_draft(office: Office, awa: Browser, do: str) -> None:
    address = "/works/new?class=MW"
    awa.open(address)
    page = awa.send(
        address, do, titles__0__text=PAGE, interests__0__holder="AWA DIALLO", interests__0__role="CA",
        interests__0__pr="100", interests__0__mr="100",
    )  # fmt: skip
    assert (awa.status, "A title has at most 500 characters." in page) == (REFUSED, True)
    assert office.ask(works.count) == 0


def test_a_search_for_a_thousand_words_looks_for_the_first_dozen(awa: Browser) -> None:
    for list_of in ("/works", "/right-owners", "/right-owners/lookup"):
        awa.open(f"{list_of}?q={PAGE.replace(' ', '+')}")
        assert awa.status == 200, list_of
