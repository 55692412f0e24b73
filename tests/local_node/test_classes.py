"""Class 18 is a row: added in a page while the office works, and known to every page from then on."""

from collections.abc import Callable
from typing import Any

import pytest

from local_node.classes import operations, queries, rules
from local_node.history import queries as history
from local_node.works import queries as works
from local_node.works.operations import register_work
from local_node.works.rules import WorkRefused
from mappings import tables
from mappings.model import Interest, Party, PartyName, Title, Work, share
from tests.local_node.conftest import Browser, Office

PODCAST = {
    "code": "PC", "name_en": "Podcast", "name_fr": "Balado", "name_es": "", "name_pt": "", "family": "audio",
    "right_families": "author related", "roles": "A SPK PRO", "identifiers": "isrc", "linked_identifiers": "",
    "party_identifiers": "", "details": "episode:number;mood:choice:calm|loud", "partners": "isni",
}  # fmt: skip


def test_class_eighteen_is_added_in_the_page_and_used_at_once(office: Office, sign_in: Callable[..., Browser]) -> None:
    admin = sign_in("admin")
    assert len(tables.creation_classes) == 17
    admin.open("/settings/classes/new")
    typed = {name: value for name, value in PODCAST.items() if not name.endswith("identifiers")}
    page = admin.send(
        "/settings/classes/new",
        form="c",
        **(typed | {"identifiers": "isrc", "details": "episode:number\r\nmood: choice:calm|loud"}),
    )
    assert "Every page knows the class from now on." in page
    assert "Podcast" in admin.open("/works/new")
    assert 'value="PC"' in admin.open("/works")
    page = admin.open("/works/new?class=PC")
    assert [one in page for one in ("detail_mood", "SPK", "number_isrc", "detail_duration")] == [
        True,
        True,
        True,
        False,
    ]
    admin.send(
        "/works/new?class=PC", titles__0__text="RIVER TALK", interests__0__holder="AWA DIALLO",
        interests__0__role="SPK", interests__0__pr="100", interests__0__mr="100", detail_episode="seven",
    )  # fmt: skip
    assert "Episode: write a whole number." in admin.page
    admin.send("/works/new?class=PC", detail_episode="7", detail_mood="calm")
    (row,) = office.ask(works.by_title, "RIVER TALK")
    assert (row.creation_class, row.details) == ("PC", {"episode": "7", "mood": "calm"})
    assert "Podcast" in admin.open(f"/works/{row.id}")
    entries = office.ask(history.of, "class/PC")
    assert {one.field: one.new for one in entries}["name_en"] == "Podcast"


def test_operations_know_the_class_and_its_roles(office: Office) -> None:
    part = Interest("SPK", Party(names=(PartyName("DIALLO"),)), shares={"PR": share(100)})
    talk = Work(titles=(Title("TALK"),), interests=(part,), creation_class="PC")
    with pytest.raises(WorkRefused, match="class-unknown"):
        office.do(register_work, talk)
    office.do(operations.keep, PODCAST, new=True)
    assert office.do(register_work, talk).creation_class == "PC"
    with pytest.raises(WorkRefused, match="role-not-allowed"):
        office.do(register_work, Work(talk.titles, (Interest("DIR", part.party),), "PC"))


def test_a_common_class_can_be_changed_here_and_stays_as_it_is_elsewhere(office: Office) -> None:
    cells = rules.cells_of(tables.creation_classes["PH"])
    office.do(operations.keep, cells | {"roles": "PHO VIS AGY PUB ILL"}, new=False)
    assert "ILL" in office.ask(queries.creation_classes)["PH"].roles
    assert "ILL" not in tables.creation_classes["PH"].roles
    assert len(office.ask(queries.creation_classes)) == 17


@pytest.mark.parametrize("code", list(tables.creation_classes))
def test_every_common_class_comes_through_its_cells_unchanged(code: str) -> None:
    row = tables.creation_classes[code]
    cells = rules.cells_of(row)
    assert rules.findings(cells, taken=()) == ()
    again = tables.creation_classes.with_rows([cells])[code]
    assert (again.roles, again.details, again.identifiers, again.partners, again.names) == (
        row.roles, row.details, row.identifiers, row.partners, row.names,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"code": "mw"}, "code: code-shape"),
        ({"code": "MW"}, "code: code-taken"),
        ({"name_en": ""}, "name_en: name-missing"),
        ({"roles": ""}, "roles: roles-missing"),
        ({"roles": "A QQQ"}, "roles: not-known"),
        ({"identifiers": "isbm"}, "identifiers: not-known"),
        ({"partners": "nobody"}, "partners: not-known"),
        ({"details": "pages"}, "details: detail"),
        ({"details": "pages:many"}, "details: detail"),
        ({"details": "colour:choice"}, "details: detail"),
        ({"details": "pages:number;pages:number"}, "details: detail"),
    ],
)
def test_a_class_that_no_page_could_use_is_refused(office: Office, changes: dict[str, str], found: str) -> None:
    with pytest.raises(operations.ClassRefused, match=found):
        office.do(operations.keep, PODCAST | changes, new=True)
    assert len(office.ask(queries.creation_classes)) == 17


@pytest.mark.parametrize(("role", "reads", "edits"), [("auditor", True, False), ("viewer", False, False)])
def test_only_who_keeps_the_settings_changes_classes(
    sign_in: Callable[..., Browser], office: Office, role: str, reads: bool, edits: bool
) -> None:
    somebody = sign_in(role)
    somebody.open("/settings/classes")
    assert (somebody.status == 200) == reads
    somebody.open("/settings/classes/new")
    assert (somebody.status == 200) == edits
    data: dict[str, Any] = PODCAST
    somebody.post("/settings/classes/new", **data)
    assert somebody.status == 404
    assert len(office.ask(queries.creation_classes)) == 17
