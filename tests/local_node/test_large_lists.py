"""Lists of an office with many works: what is found is counted once, and more rows cost no more questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from benchmarks.office import fill
from local_node.node import open_node
from local_node.right_owners import operations as right_owners
from local_node.right_owners import queries as people
from local_node.search.models import SearchWord
from local_node.settings import NodeSettings
from local_node.works import operations as works
from local_node.works import queries
from local_node.works.lines import lines
from mappings.model import Interest, Party, PartyName, Title, Work, share
from tests.builders import an_interest
from tests.local_node.conftest import Browser, Office
from tests.local_node.test_lists import names_on, person, song


@contextmanager
def counted(office: Office) -> Iterator[list[str]]:
    """The questions that the database is asked meanwhile."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append(statement)

    event.listen(office.node.engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.node.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("address", ["/works", "/works?q=song", "/works?state=blocked", "/right-owners"])
def test_a_list_asks_the_database_as_often_for_twenty_rows_as_for_two(
    office: Office, awa: Browser, address: str
) -> None:
    rows = []
    numbers = []
    for many in (2, 18):
        for number in range(many):
            party = person(office, f"ديالو {number}", script="Arab")
            work = Work(titles=(Title(f"SONG {number}"),), interests=(an_interest(party=party),))
            office.do(works.register_work, work)
        with counted(office) as asked:
            rows.append(len(names_on(awa.open(address))))
        numbers.append(len(asked))
    assert rows == [2, 20]
    assert numbers[0] == numbers[1] > 0


def test_a_list_for_machines_asks_as_often_for_twenty_works_as_for_two(office: Office) -> None:
    numbers = []
    for many in (2, 18):
        for number in range(many):
            song(office, f"SONG {number}")
        with counted(office) as asked:
            items = office.ask(queries.items, 100)
        numbers.append((len(items), len(asked)))
    assert [number for number, _asked in numbers] == [2, 20]
    assert numbers[0][1] == numbers[1][1] > 0
    assert [one["title"] for one in items[:2]] == ["SONG 17", "SONG 16"]


def test_a_list_longer_than_a_statement_holds_is_read_in_parts(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = [f"SONG {number}" for number in range(7)]
    for title in titles:
        song(office, title)
    monkeypatch.setattr(queries, "TOGETHER", 3)
    assert [one["title"] for one in office.ask(queries.items, 100)] == titles[::-1]


def test_a_work_that_several_words_and_names_find_is_counted_once(office: Office) -> None:
    party = person(office, "RIVERA")
    for number in range(3):
        titles = (Title(f"RIVER OF RIVERS {number}"), Title("RIVERSIDE", kind="AT"))
        office.do(works.register_work, Work(titles=titles, interests=(an_interest(party=party),)))
    song(office, "SEA")
    for text in ("river", "river of", "river / rivera", "rivers 1 / riv"):
        many, one = office.ask(queries.search, text), office.ask(queries.search, text, limit=1)
        expected = 1 if "1" in text else 3
        assert (len(many.rows), many.total, one.total) == (expected, expected, expected), text


def test_every_part_of_a_list_says_how_many_there_are_in_all(office: Office) -> None:
    for number in range(5):
        song(office, f"SONG {number}")
    for ask in (queries.search, people.search):
        for text in ("", "song"):
            first = office.ask(ask, text, limit=2)
            second = office.ask(ask, text, limit=2, before=first.next_before)
            third = office.ask(ask, text, limit=2, before=second.next_before)
            assert [len(part.rows) for part in (first, second, third)] == [2, 2, 1]
            assert [part.total for part in (first, second, third)] == [5, 5, 5]
        by_page = [office.ask(ask, sort="changed", limit=2, offset=offset) for offset in (0, 2, 4)]
        assert [(len(part.rows), part.total) for part in by_page] == [(2, 5), (2, 5), (1, 5)]


def test_a_divider_without_a_title_or_a_name_is_no_more_than_a_space(office: Office) -> None:
    work = song(office, "RIVER ROAD RIVER")
    for text in ("river / ", " / river", "river /"):
        found = office.ask(queries.search, text)
        assert ([row.id for row in found.rows], found.total) == ([work.id], 1), text


def test_a_line_of_a_list_says_what_the_whole_work_says(office: Office) -> None:
    ours = person(office, "DIALLO")
    named = Party(names=(PartyName("KEITA", "MODIBO", language="fr"),))
    interests = (
        an_interest("C", ours, "50"),
        an_interest("A", named, "1/2", controlled=False),
        Interest("A"),
    )
    titles = (Title("أغنية", script="Arab"), Title("UGHNIYA", script="Latn"))
    kept = office.do(works.register_work, Work(titles=titles, interests=interests))

    def both(session: Session) -> tuple[object, Work]:
        row = queries.get(session, str(kept.id))
        assert row is not None
        return lines(session, [row])[0], queries.to_work(row)

    line, whole = office.ask(both)
    assert tuple(line.titles) == whole.titles
    assert line.latin == whole.latin_title
    assert [(one.name, one.language, one.role, one.share) for one in line.holders] == [
        ("DIALLO", None, "C", share(50)),
        ("MODIBO KEITA", "fr", "A", share(50)),
        ("", None, "A", None),
    ]
    assert not line.blocked


def test_an_office_written_in_bulk_is_found_like_one_that_people_typed(settings: NodeSettings) -> None:
    node = open_node(settings)
    fill(node, 40, right_owners=10)

    def words(session: Session, id: str | None) -> set[str]:
        return set(session.scalars(select(SearchWord.word).where(SearchWord.record_id == id)))

    with node.sessions.begin() as session:
        for row in queries.search(session, limit=40).rows:
            typed = works.register_work(session, _as_new(queries.to_work(row)), by="awa", now=node.now())
            assert words(session, typed.id) == words(session, row.id) != set()
        for owner in people.search(session, limit=10).rows:
            party = people.to_party(owner)
            again = right_owners.register(session, Party(party.names, party.kind), by="awa", now=node.now())
            assert words(session, again.id) == words(session, owner.id) != set()
    node.close()


def _as_new(work: Work) -> Work:
    return Work(work.titles, work.interests, work.creation_class, identifiers=work.identifiers)


def test_who_looks_somebody_up_is_shown_the_newest_that_fit(office: Office, sign_in: Callable[..., Browser]) -> None:
    for number in range(10):
        person(office, f"DIALLO {number}")
    person(office, "KEITA")
    page = sign_in().open("/right-owners/lookup?q=dia")
    assert [f"DIALLO {number}" in page for number in range(10)] == [False, False, *[True] * 8]
    assert "KEITA" not in page
