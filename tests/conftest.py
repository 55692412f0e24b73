"""What every suite shares: browser and servers where they are installed, and a word about what was left out."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import services
from tests.databases import Databases

KEEPER = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_configure(config: pytest.Config) -> None:
    """One keeper of servers for the whole run, whatever the number of workers."""
    if not hasattr(config, "workerinput") and not config.option.collectonly:
        config.stash[KEEPER] = services.start_keeper()


def pytest_unconfigure(config: pytest.Config) -> None:
    if KEEPER in config.stash:
        services.stop_keeper(config.stash[KEEPER])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What this machine lacks is named as left out; REQUIRE_SERVICES=1 makes that a failure."""
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


@pytest.fixture(scope="session")
def postgresql(worker_id: str) -> Iterator[Databases]:
    """The PostgreSQL server of this run, which makes databases as quickly as it can copy them."""
    databases = Databases(services.url_of("postgresql"), prefix=f"kora_test_{worker_id}_{os.getpid()}")
    yield databases
    databases.close()


@pytest.fixture
def database(postgresql: Databases) -> Iterator[Callable[[str], str]]:
    """Makes empty databases of PostgreSQL by a name, and gives the same for the same; all are dropped afterwards."""
    yield postgresql.named
    postgresql.drop_all()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services("postgresql"))])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes databases by a name, for tests that hold on both."""
    if request.param == "sqlite":
        return lambda name: f"sqlite:///{tmp_path / name}.db"
    made: Callable[[str], str] = request.getfixturevalue("database")
    return made
