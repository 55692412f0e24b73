"""A disk without room: people read what to do and keep what they typed, imports wait and go on, nothing is spoilt."""

import io
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from interface.full_disk import is_full
from local_node.app import create_app
from local_node.disk import Room
from local_node.imports import background, operations, queries
from local_node.right_owners.models import RightOwner
from local_node.works import queries as works
from local_node.works.models import WorkRow
from tests.local_node.conftest import PASSWORD, Browser, Office
from tests.samples.publisher import publisher_file

ROOT = Path(__file__).parents[2]
NAME = "CW260001TWP_997.V21"
NO_ROOM = 507
ENGLISH = "The disk of this computer is full. Nothing is lost: make room, then send this again or let the import go on."
LONG = "SONG WITHOUT END " * 2000
NAMED = "Ñ" * 40_000


@pytest.fixture(autouse=True)
def endless_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """One text fills a disk here, so texts may be longer than an office lets them be."""
    monkeypatch.setattr("local_node.works.rules.LONGEST_TITLE", 100_000)
    monkeypatch.setattr("local_node.right_owners.rules.LONGEST_NAME", 100_000)


@contextmanager
def full_database(office: Office, spare: int = 0) -> Iterator[None]:
    """The database may grow by so many pages and not by one more, as on a disk without room."""
    with office.node.engine.connect() as connection:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + spare

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}")

    event.listen(office.node.engine, "connect", limit)
    office.node.engine.dispose()
    try:
        yield
    finally:
        event.remove(office.node.engine, "connect", limit)
        office.node.engine.dispose()


def total(office: Office, table: Any) -> int:
    return int(office.ask(lambda session: session.scalar(select(func.count()).select_from(table))))


def health(browser: Browser) -> dict[str, Any]:
    return json.loads(browser.client.get("/health").text)


def typed(browser: Browser) -> str:
    return browser.fields()["titles-0-text"]


def test_a_work_that_finds_no_room_is_shown_again_as_it_was_typed_and_kept_later(
    office: Office, awa: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    line = {"interests-0-holder": "AWA DIALLO", "interests-0-role": "CA", "interests-0-pr": "100"}
    awa.open("/works/new?class=MW")
    with full_database(office):
        awa.send("/works/new?class=MW", titles__0__text=LONG, **line)
        assert awa.status == NO_ROOM
        assert f"{ENGLISH} (KORA-DISK-FULL)" in unescape(awa.page)
        assert typed(awa) == LONG
        assert awa.fields()["interests-0-holder"] == "AWA DIALLO"
        assert health(awa)["disk"]["ok"] is False
        assert health(awa)["ok"] is False
        assert awa.open("/works")
        assert awa.status == 200
    assert "the disk is full" in caplog.text
    assert "DIALLO" not in caplog.text
    assert (total(office, WorkRow), office.posted()) == (0, [])
    awa.open("/works/new?class=MW")
    awa.send("/works/new?class=MW", titles__0__text=LONG, **line)
    assert awa.status == 200
    assert total(office, WorkRow) == 1
    assert [one.type for one in office.posted()] == ["kora.work.registered.v1"]
    office.clock.move(minutes=5)
    assert health(awa)["disk"]["ok"] is True


def test_a_right_owner_that_finds_no_room_is_shown_again(office: Office, awa: Browser) -> None:
    awa.open("/right-owners/new")
    with full_database(office):
        awa.send("/right-owners/new", form="p", names__0__name=NAMED, names__0__first_name="AWA")
        assert (awa.status, awa.fields("p")["names-0-name"]) == (NO_ROOM, NAMED)
    assert total(office, RightOwner) == 0


def test_a_form_without_a_page_of_its_own_is_shown_again_with_its_values(office: Office, awa: Browser) -> None:
    awa.open("/right-owners/quick?name=AWA")
    awa.open("/works")
    with full_database(office):
        awa.post("/right-owners/quick", kind="person", name=NAMED, first_name="AWA")
        assert awa.status == NO_ROOM
        assert ENGLISH in unescape(awa.page)
        assert f'name="name" value="{NAMED}"' in awa.page
    awa.post("/right-owners/quick", kind="person", name=NAMED, first_name="AWA")
    assert total(office, RightOwner) == 1


def test_the_page_speaks_the_language_of_its_reader(office: Office, awa: Browser) -> None:
    awa.open("/works/new?class=MW")
    awa.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
    with full_database(office):
        line = {"interests-0-holder": "AWA DIALLO", "interests-0-role": "CA", "interests-0-pr": "100"}
        awa.send("/works/new?class=MW", titles__0__text=LONG, **line)
    assert (awa.status, '<html lang="fr"' in awa.page) == (NO_ROOM, True)


def test_an_import_that_found_no_room_for_a_while_is_not_parked_and_its_page_says_when_it_goes_on(
    office: Office, awa: Browser
) -> None:
    number = operations.receive(office.node.imports(), io.BytesIO(publisher_file(160, 0)), name=NAME, by="awa")
    awa.open(f"/import/{number}")
    awa.post(f"/import/{number}/run")
    with full_database(office, spare=10):
        for _ in range(10):
            assert background.run_due(office.node.imports(), office.clock()) == 1
            page = unescape(awa.open(f"/import/{number}"))
            assert (NAME in page, "The disk is full. The import goes on by itself at" in page) == (True, True)
            office.clock.move(minutes=1)
    assert total(office, WorkRow) == 0
    assert background.run_due(office.node.imports(), office.clock()) == 1
    assert office.ask(queries.get, number).outcome["new"] == 160
    assert [one.type for one in office.posted()].count("kora.work.registered.v1") == 160


def test_while_the_disk_is_almost_full_imports_wait_and_editing_goes_on(
    office: Office, sign_in: Callable[..., Browser]
) -> None:
    room = [Room(100 << 30, 4 << 20)]
    office.node = replace(office.node, room_of=lambda _folder: room[0])
    sign_in()
    awa = Browser(create_app(office.node, time_cost=1).test_client())
    awa.open("/sign-in")
    awa.post("/sign-in", email="documentation@tamala.example", password=PASSWORD)
    number = operations.receive(office.node.imports(), io.BytesIO(publisher_file(3, 0)), name=NAME, by="awa")
    awa.open(f"/import/{number}")
    awa.post(f"/import/{number}/run")
    assert background.run_due(office.node.imports(), office.clock()) == 0
    assert "The disk is almost full. Imports wait until there is room." in awa.open(f"/import/{number}")
    assert "There is little room on the disk" in awa.open("/import")
    assert health(awa)["disk"] == {"ok": False, "used_percent": 100}
    awa.open("/right-owners/new")
    awa.send("/right-owners/new", form="p", names__0__name="DIALLO", names__0__first_name="AWA")
    assert (awa.status, total(office, RightOwner)) == (200, 1)
    room[0] = Room(100 << 30, 50 << 30)
    assert background.run_due(office.node.imports(), office.clock()) == 1
    assert office.ask(works.count) == 3
    assert health(awa)["disk"] == {"ok": True, "used_percent": 50}


LIMITED = """
import resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from kora import main
main(sys.argv[2:])
"""


def command(office: Office, path: Path, *, limit: int) -> tuple[int, dict[str, Any]]:
    """``kora node import`` in a process that may write no file larger than so many bytes."""
    whole = ["node", "--data", str(office.node.settings.data), "import", str(path), "--as", "works", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *whole], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_file_for_which_there_is_no_room_leaves_nothing_behind_and_comes_in_later(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(publisher_file(400, 0))
    office.node.engine.dispose()
    status, answer = command(office, path, limit=path.stat().st_size - 1)
    (problem,) = answer["problems"]
    assert (status, problem["code"], problem["value"], problem["message"]) == (
        1, "KORA-DISK-FULL", NAME, ENGLISH,
    )  # fmt: skip
    assert list((office.node.settings.data / "imports").iterdir()) == []
    assert total(office, WorkRow) == 0
    office.node.engine.dispose()
    status, answer = command(office, path, limit=resource.RLIM_INFINITY)
    assert (status, answer["works"]["new"]) == (0, 400)


def test_a_database_without_room_in_the_middle_of_an_import_loses_and_doubles_nothing(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(publisher_file(400, 0))
    office.node.engine.dispose()
    status, answer = command(office, path, limit=1_500_000)
    (problem,) = answer["problems"]
    assert (status, problem["code"], problem["value"]) == (1, "KORA-DISK-FULL", NAME)
    taken = total(office, WorkRow)
    assert 0 < taken < 400
    office.node.engine.dispose()
    status, answer = command(office, path, limit=resource.RLIM_INFINITY)
    assert (status, answer["works"]["new"], total(office, WorkRow)) == (0, 400, 400)
    assert [one.type for one in office.posted()].count("kora.work.registered.v1") == 400


UPLOAD = """
import io, json, resource, sys
from pathlib import Path
from local_node.app import create_app
from local_node.node import open_node
from local_node.settings import NodeSettings
from tests.local_node.conftest import Browser
node = open_node(NodeSettings(data=Path(sys.argv[1])))
awa = Browser(create_app(node, time_cost=1).test_client())
awa.open("/sign-in")
awa.post("/sign-in", email="documentation@tamala.example", password=sys.argv[3])
awa.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "fr"
awa.open("/import")
limit = int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
content = Path(sys.argv[2]).read_bytes()
answer = awa.client.post(
    "/import", data={"csrf_token": awa.fields_of_page()["csrf_token"], "file": (io.BytesIO(content), "works.V21")},
    content_type="multipart/form-data",
)
after = awa.client.get("/works").status_code
health = json.loads(awa.client.get("/health").text)
print(json.dumps({"status": answer.status_code, "page": answer.text, "after": after, "health": health}))
"""


@pytest.mark.parametrize("size", [90, 400], ids=["in the folder of the files", "while it comes in"])
def test_an_upload_for_which_there_is_no_room_is_answered_with_its_name_and_what_to_do(
    size: int, office: Office, awa: Browser, tmp_path: Path
) -> None:
    path = tmp_path / NAME
    path.write_bytes(publisher_file(size, 0))
    whole = [str(office.node.settings.data), str(path), PASSWORD, str(path.stat().st_size - 1)]
    office.node.engine.dispose()
    done = subprocess.run(
        [sys.executable, "-c", UPLOAD, *whole], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    page = unescape(told["page"])
    assert (told["status"], told["after"], told["health"]["disk"]["ok"]) == (NO_ROOM, 200, False)
    assert '<html lang="fr"' in page
    assert "disque" in page or ENGLISH in page
    assert list((office.node.settings.data / "imports").glob("*")) == []
    assert total(office, operations.ImportBatch) == 0


def test_an_error_of_the_database_names_no_value(office: Office) -> None:
    with pytest.raises(OperationalError) as failed, office.node.sessions() as session:
        session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "DIALLO"})
    assert "nowhere" in str(failed.value)
    assert "DIALLO" not in str(failed.value)


def test_a_full_disk_is_known_by_whatever_says_so() -> None:
    assert is_full(OSError(28, "No space left on device"))
    assert is_full(OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")))
    assert not is_full(OSError(13, "Permission denied"))
    assert not is_full(OperationalError("INSERT", {}, psycopg.errors.LockNotAvailable("lock")))
