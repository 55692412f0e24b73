"""How fast a node's list, search and lookup answer with 100,000 works and ten people at once.

The node is a process of its own that serves pages over HTTP as in an installation; ten threads are the people. It is
the office of :mod:`benchmarks.office`, on SQLite or PostgreSQL. Every page is asked for twice: by people who think
between two pages, and by the same people without a pause, which is as much as the node can serve. The peer is the
smallest page of the same application (``/health``), asked in the same way: what a request costs before any work is
looked for.
"""

import gzip
import http.cookiejar
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.office import EMAIL, NAMES, OWNERS, PASSWORD, fill, words_of
from benchmarks.queues import NoServices
from local_node.node import open_node
from local_node.settings import NodeSettings
from queues import databases

WORKS, PEOPLE = 100_000, 10
"""Works in the node, and people at once."""
REQUESTS, RUSHED = 30, 15
"""How often each person asks for each kind of page: with thought, and without a pause."""
THINK_SECONDS = 1.0
"""Mean of the random time (exponential) between an answer and the next question of the same person."""
PATIENCE_SECONDS = 60

__all__ = ["NoServices", "run"]


class EmptyAnswer(RuntimeError):
    """A page did not show what it was asked for, so the time it took says nothing."""


@dataclass(frozen=True)
class Page:
    """One kind of page: its addresses, and what stands in an answer that found something."""

    address: Callable[[random.Random, int], str]
    shows: str


def run(works: int = WORKS, database: str = "sqlite") -> dict[str, Any]:
    """Times of each kind of page in milliseconds.

    ``p50_ms`` and ``p95_ms`` are of people who think; ``flat_out`` has the same without a pause and the pages served
    in a second, ``peer_ratio`` how many times as many the peer serves. ``cpu_ms`` is the node's own work for a page
    (PostgreSQL's is not in it), which other work on the machine changes less. Raises NoServices when PostgreSQL is
    asked for and not there, EmptyAnswer when a page shows nothing of what fits.
    """
    with tempfile.TemporaryDirectory() as folder, _database(database, Path(folder)) as url:
        settings = NodeSettings(data=Path(folder) / "node", master_key_file=Path(folder) / "key", database_url=url)
        begin = time.perf_counter()
        _fill(settings, works)
        seconds = time.perf_counter() - begin
        with _served(settings) as served:
            measured = {name: _measured(served, page, works) for name, page in PAGES.items()}
    cpu = platform.processor() or platform.machine()
    return {
        "works": works,
        "right_owners": OWNERS,
        "people": PEOPLE,
        "think_seconds": THINK_SECONDS,
        "database": database,
        "fill_seconds": round(seconds, 1),
        "pages": [_line(name, times, measured["peer"]) for name, times in measured.items()],
        "peer": "/health",
        "load": [round(one, 1) for one in os.getloadavg()],
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0]},
        "versions": {name: version(name) for name in ("kora", "flask", "sqlalchemy", "waitress")},
    }


def _line(name: str, times: dict[str, Any], peer: dict[str, Any]) -> dict[str, Any]:
    ratio = peer["flat_out"]["per_second"] / times["flat_out"]["per_second"]
    return {"page": name, **times, "peer_ratio": round(ratio, 1)}


# --- what is asked -------------------------------------------------------------------------------------------------


def _one_word(chance: random.Random, works: int) -> str:
    return chance.choice(words_of(chance.randrange(works))[1])


def _two_words(chance: random.Random, works: int) -> str:
    number = chance.randrange(works)
    return f"{chance.choice(words_of(number)[1])} {number}"


def _works(text: str) -> str:
    return f"/works?q={urllib.parse.quote(text)}"


ROW, CHOICE = 'scope="row"', "data-id="
PAGES: Mapping[str, Page] = {
    "peer": Page(lambda chance, works: "/health", "waiting"),
    "list": Page(lambda chance, works: "/works", ROW),
    "search": Page(lambda chance, works: _works(_one_word(chance, works)), ROW),
    "search two words": Page(lambda chance, works: _works(_two_words(chance, works)), ROW),
    "search name": Page(lambda chance, works: _works(chance.choice(NAMES)), ROW),
    "lookup": Page(lambda chance, works: f"/right-owners/lookup?q={chance.choice(NAMES)[:4]}", CHOICE),
}
"""Every search is for something that is there; a name of eleven stands for 900 people and 16,000 works."""


# --- the node ------------------------------------------------------------------------------------------------------


def _fill(settings: NodeSettings, works: int) -> None:
    node = open_node(settings)
    fill(node, works)
    node.close()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str | None]:
    """URL of an empty database: None for a SQLite file, else on the given server or a private one as tests have it."""
    if kind == "sqlite":
        yield None
        return
    with _server(folder) as server:
        url = databases.beside(server, "bench_pages")
        try:
            yield url
        finally:
            databases.drop(url)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    if given := os.environ.get("KORA_DATABASE_URL"):
        yield given
        return
    try:
        # Only a checkout has the tests beside this package, and only this needs them.
        sys.path.append(str(Path(__file__).parents[1]))
        from tests.services import PostgreSQL, missing
    except ImportError as error:
        raise NoServices("set KORA_DATABASE_URL") from error
    if reason := missing().get("postgresql"):
        raise NoServices(reason)
    server = PostgreSQL(folder / "postgresql", durable=True)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


@dataclass(frozen=True)
class _Served:
    """A node that serves its pages: where, and in which process."""

    address: str
    process: "subprocess.Popen[bytes]"

    def cpu_seconds(self) -> float:
        """Time of a processor that the process has used so far (proc(5): utime and stime)."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(settings: NodeSettings) -> Iterator[_Served]:
    """The node's pages in a process of their own."""
    port = 8690
    environment = os.environ | {
        "KORA_DATA": str(settings.data), "KORA_MASTER_KEY_FILE": str(settings.master_key_file),
    }  # fmt: skip
    environment.pop("KORA_DATABASE_URL", None)
    if settings.database_url:
        environment["KORA_DATABASE_URL"] = settings.database_url
    command = [sys.executable, "-m", "kora", "node", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process)
        yield _Served(address, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the node answers. Raises TimeoutError when it never does."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/sign-in", timeout=5).close()  # noqa: S310  our own address
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} does not answer")


# --- the people ----------------------------------------------------------------------------------------------------


def _measured(served: _Served, page: Page, works: int) -> dict[str, Any]:
    thoughtful, _seconds = _ask(served.address, page, works, REQUESTS, THINK_SECONDS)
    rushed, seconds = _ask(served.address, page, works, RUSHED, 0)
    flat_out = {**_times(rushed), "per_second": round(len(rushed) / seconds, 1)}
    return {
        **_times(thoughtful),
        "cpu_ms": _cpu_ms(served, page, works),
        "requests": len(thoughtful),
        "flat_out": flat_out,
    }


def _cpu_ms(served: _Served, page: Page, works: int) -> float:
    """What one page costs the node's process, asked for by one person without a pause."""
    person = _Person(served.address, page, works, seed=PEOPLE)
    begin = served.cpu_seconds()
    person.ask(REQUESTS, 0)
    person.tell()
    return round((served.cpu_seconds() - begin) * 1000 / REQUESTS, 1)


def _times(taken: list[float]) -> dict[str, float]:
    cuts = quantiles(taken, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 1), "p95_ms": round(cuts[94] * 1000, 1)}


def _ask(address: str, page: Page, works: int, requests: int, think: float) -> tuple[list[float], float]:
    """Seconds of every answer that ten people got, and of the whole. Raises what a person met."""
    people = [_Person(address, page, works, seed) for seed in range(PEOPLE)]
    threads = [threading.Thread(target=one.ask, args=(requests, think)) for one in people]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begin
    for one in people:
        one.tell()
    return [taken for one in people for taken in one.taken], seconds


class _Person:
    """Somebody who signed in and asks for pages of one kind."""

    def __init__(self, address: str, page: Page, works: int, seed: int) -> None:
        self._address, self._page, self._works = address, page, works
        self._chance = random.Random(seed)  # noqa: S311  chooses pages
        self._browser = _sign_in(address)
        self.taken: list[float] = []
        self._trouble: Exception | None = None

    def ask(self, requests: int, think: float) -> None:
        """Ask so often, with a random time to think before each question; ``think`` is its mean in seconds."""
        try:
            for _ in range(requests):
                time.sleep(self._chance.expovariate(1 / think) if think else 0)
                self._ask_once()
        except Exception as error:  # told by the thread that waits for this one
            self._trouble = error

    def tell(self) -> None:
        """Raise what went wrong, if anything did."""
        if self._trouble is not None:
            raise self._trouble

    def _ask_once(self) -> None:
        path = self._page.address(self._chance, self._works)
        begin = time.perf_counter()
        with self._browser.open(self._address + path, timeout=PATIENCE_SECONDS) as answer:
            body = answer.read()
        self.taken.append(time.perf_counter() - begin)
        if self._page.shows not in _unpacked(answer, body):
            raise EmptyAnswer(path)


def _unpacked(answer: Any, body: bytes) -> str:
    return (gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body).decode()


def _sign_in(address: str) -> urllib.request.OpenerDirector:
    # The cookie is for https; on this machine's own address the jar is told to send it all the same.
    policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
    jar = http.cookiejar.CookieJar(policy)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{address}/sign-in") as answer:
        page = answer.read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"csrf_token": token[1] if token else "", "email": EMAIL, "password": PASSWORD}
    browser.open(f"{address}/sign-in", urllib.parse.urlencode(form).encode()).close()
    browser.addheaders.append(("Accept-Encoding", "gzip"))
    return browser
