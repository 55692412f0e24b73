"""What every suite shares: browser and servers where they are installed, and a word about what was left out."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from tests import services
from tests.databases import Databases

# A slow moment of the machine is no fault of what is tested.
settings.register_profile("kora", deadline=None)
settings.load_profile("kora")

KEEPER = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_configure(config: pytest.Config) -> None:
    """One keeper of servers for the whole run, whatever the number of workers."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[KEEPER] = services.start_keeper()


def pytest_unconfigure(config: pytest.Config) -> None:
    if KEEPER in config.stash:
        services.stop_keeper(config.stash[KEEPER])


WAITING = ("stories", "trouble", "browser")
"""Folders of tests that wait for processes, browsers and broken lines most of their time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for processes begins first, beside what only counts.

    What this machine lacks is named as left out; REQUIRE_SERVICES=1 makes that a failure.
    """
    items.sort(key=lambda item: item.path.parent.name not in WAITING)
    if os.environ.get("REQUIRE_SERVICES"):
        return
    lacking = services.missing()
    if not shutil.which("chromium"):
        lacking["browser"] = "Chromium is not installed"
    for item in items:
        wanted = {mark.name for mark in item.iter_markers("browser")}
        wanted |= {name for mark in item.iter_markers("services") for name in mark.args}
        for name in sorted(wanted & set(lacking)):
            item.add_marker(pytest.mark.skip(reason=f"left out: {lacking[name]}"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked with databases runs once on each."""
    mark = metafunc.definition.get_closest_marker("on")
    if mark is not None and "on" in metafunc.fixturenames:
        metafunc.parametrize("on", [_on(name) for name in mark.args], indirect=True)


def _on(name: str) -> Any:
    return pytest.param(name, marks=[] if name == "sqlite" else [pytest.mark.services(name)])


@pytest.fixture(scope="session")
def postgresql(worker_id: str) -> Iterator[Databases]:
    """The PostgreSQL server of this run, which makes databases as quickly as it can copy them."""
    databases = Databases(services.url_of("postgresql"), prefix=f"kora_test_{worker_id}_{os.getpid()}")
    yield databases
    databases.close()


@pytest.fixture
def databases(postgresql: Databases) -> Iterator[Databases]:
    """Databases of PostgreSQL for one test."""
    yield postgresql
    postgresql.drop_all()


@pytest.fixture
def on(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on: SQLite, unless a mark says otherwise (``tests.databases.BOTH``)."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def copied(on: str, request: pytest.FixtureRequest) -> Callable[..., str | None]:
    """The URL of a database filled by a function, on PostgreSQL; None where an application makes its own on SQLite."""

    def of(name: str, fill: Callable[[Engine], None]) -> str | None:
        if on == "sqlite":
            return None
        databases: Databases = request.getfixturevalue("databases")
        return databases.copied(name, name, fill)

    return of
