"""How fast a node's list, search and lookup answer with 100,000 works and ten people at once.

The node is a process of its own that serves pages over HTTP as in an installation; ten threads are the people. Titles
and names are invented in five scripts. The peer is the smallest page of the same application (``/health``), asked in
the same way: what a request costs before any work is looked for.
"""

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
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import insert

from interface.accounts import create_user, find_user, seed_roles, set_password
from local_node.admin.operations import found_office
from local_node.node import Node, open_node
from local_node.permissions import USERS
from local_node.right_owners.models import RightOwner, RightOwnerName
from local_node.settings import NodeSettings
from local_node.works.models import InterestRow, WorkRow, WorkTitle
from mappings.latin import folded
from queues import uuid7

WORKS, OWNERS, PEOPLE, REQUESTS = 100_000, 10_000, 10, 30
"""Records in the node, people at once, and how often each asks for each kind of page."""
PASSWORD = "a calm sentence about rivers"  # noqa: S105  of a folder that is thrown away
EMAIL = "bench@example.org"
PIECE = 5_000
WORDS: Mapping[str, tuple[str, ...]] = {
    "Latn": ("QUIET", "RIVER", "GOLDEN", "MORNING", "LANTERN", "MARKET", "DRUM", "HARVEST", "LETTER", "SALT"),
    "Arab": ("أغنية", "النهر", "الليل", "البحر", "صباح", "قمر", "مدينة", "حب"),
    "Cyrl": ("песня", "море", "ночь", "река", "город", "утро", "снег", "песок"),
    "Ethi": ("የጠባይ", "ሌሊት", "ወንዝ", "ባሕር", "ፍቅር"),
    "Grek": ("παλιό", "καράβι", "θάλασσα", "νύχτα", "πρωί"),
}
SCRIPTS = tuple(WORDS)
NAMES = ("DIALLO", "KEITA", "OKAFOR", "SOLANO", "PETRAKI", "NDIAYE", "MWANGI", "PRATA", "OSEI", "TRAORE", "HAYASHI")


def run(works: int = WORKS) -> dict[str, Any]:
    """Milliseconds at the median and the 95th percentile for each kind of page."""
    with tempfile.TemporaryDirectory() as folder:
        settings = NodeSettings(data=Path(folder) / "node", master_key_file=Path(folder) / "key")
        node = open_node(settings)
        seconds = _fill(node, works)
        database = node.engine.dialect.name
        node.close()
        with _served(settings) as address:
            asked = {name: _measure(address, make) for name, make in PAGES.items()}
    cpu = platform.processor() or platform.machine()
    return {
        "works": works,
        "right_owners": OWNERS,
        "people": PEOPLE,
        "database": database,
        "fill_seconds": round(seconds, 1),
        "pages": [{"page": name, **times} for name, times in asked.items()],
        "peer": "/health",
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0]},
        "versions": {name: version(name) for name in ("kora", "flask", "sqlalchemy", "waitress")},
    }


def _any(chance: random.Random) -> str:
    return chance.choice(WORDS[chance.choice(SCRIPTS)])


PAGES: Mapping[str, Callable[[random.Random], str]] = {
    "peer": lambda chance: "/health",
    "list": lambda chance: "/works",
    "search": lambda chance: f"/works?q={urllib.parse.quote(_any(chance))}",
    "search two words": lambda chance: f"/works?q={urllib.parse.quote(f'{_any(chance)} {chance.randrange(WORKS)}')}",
    "lookup": lambda chance: f"/right-owners/lookup?q={urllib.parse.quote(chance.choice(NAMES)[:4])}",
}


def _fill(node: Node, works: int) -> float:
    """Invented right owners and works, written in bulk; seconds it took."""
    begin, chance, now = time.perf_counter(), random.Random(1), datetime.now(UTC)  # noqa: S311  invents titles
    with node.sessions.begin() as session:
        found_office(session, society="997", name="BENCHMARK")
        seed_roles(session, USERS.roles)
        create_user(session, email=EMAIL, full_name="Bench", roles=["documentation"], now=now, time_cost=1)
        user = find_user(session, EMAIL)
        if user is not None:
            set_password(user, PASSWORD, 1)
            user.must_change_password = False
    owners = [uuid7() for _ in range(OWNERS)]
    with node.sessions.begin() as session:
        session.execute(insert(RightOwner), [_owner(id, place, now) for place, id in enumerate(owners)])
        session.execute(insert(RightOwnerName), [_name(id, place) for place, id in enumerate(owners)])
    for first in range(0, works, PIECE):
        ids = [(uuid7(), number) for number in range(first, min(first + PIECE, works))]
        with node.sessions.begin() as session:
            session.execute(insert(WorkRow), [_work(id, number, now) for id, number in ids])
            session.execute(insert(WorkTitle), [_title(id, number, chance) for id, number in ids])
            interests = [_interest(id, place, chance.choice(owners)) for id, _ in ids for place in range(2)]
            session.execute(insert(InterestRow), interests)
    return time.perf_counter() - begin


def _owner(id: str, place: int, now: datetime) -> dict[str, Any]:
    return {
        "id": id, "number": str(place + 1), "kind": "person", "version": 1, "societies": {}, "has_latin_name": True,
        "created_at": now, "created_by": "bench", "changed_at": now, "changed_by": "bench",
    }  # fmt: skip


def _name(id: str, place: int) -> dict[str, Any]:
    name, first = NAMES[place % len(NAMES)], f"PERSON{place}"
    return {
        "right_owner_id": id, "position": 0, "name": name, "first_name": first, "kind": "patronym", "script": "Latn",
        "accepted": True, "folded": folded(f"{first} {name}"),
    }  # fmt: skip


def _work(id: str, number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": id, "number": str(number + 1), "creation_class": "MW", "status": "registered", "version": 1,
        "details": {}, "annexes": [], "blockers": [], "blocked": False, "created_at": now, "created_by": "bench",
        "changed_at": now, "changed_by": "bench",
    }  # fmt: skip


def _title(id: str, number: int, chance: random.Random) -> dict[str, Any]:
    script = chance.choice(SCRIPTS)
    text = f"{chance.choice(WORDS[script])} {chance.choice(WORDS[script])} {number}"
    return {
        "work_id": id, "position": 0, "text": text, "kind": "OT", "script": script, "accepted": True,
        "folded": folded(text),
    }  # fmt: skip


def _interest(id: str, place: int, owner: str) -> dict[str, Any]:
    return {
        "work_id": id, "position": place, "role": ("C", "A")[place], "controlled": True, "right_owner_id": owner,
        "named_party": None, "shares": {"PR": "50.00", "MR": "50.00"}, "societies": {}, "collection": [],
        "chain": None, "represented_by": [], "details": {},
    }  # fmt: skip


@contextmanager
def _served(settings: NodeSettings) -> Iterator[str]:
    """The node's pages in a process of their own; their address."""
    port = 8690
    environment = os.environ | {
        "KORA_DATA": str(settings.data), "KORA_MASTER_KEY_FILE": str(settings.master_key_file),
    }  # fmt: skip
    command = [sys.executable, "-m", "kora", "node", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()  # noqa: S310  our own address
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _measure(address: str, make: Callable[[random.Random], str]) -> dict[str, float]:
    taken: list[float] = []
    threads = [threading.Thread(target=_person, args=(address, make, seed, taken)) for seed in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = quantiles(taken, n=100)
    return {"p50_ms": round(cuts[49] * 1000, 1), "p95_ms": round(cuts[94] * 1000, 1), "requests": len(taken)}


def _person(address: str, make: Callable[[random.Random], str], seed: int, taken: list[float]) -> None:
    """Somebody who signs in and asks for pages, with a moment between them as people have."""
    chance = random.Random(seed)  # noqa: S311  chooses pages
    browser = _sign_in(address)
    for _ in range(REQUESTS):
        time.sleep(chance.uniform(0.2, 0.6))
        begin = time.perf_counter()
        with browser.open(address + make(chance), timeout=60) as answer:
            answer.read()
        taken.append(time.perf_counter() - begin)


def _sign_in(address: str) -> urllib.request.OpenerDirector:
    # The cookie is for https; on this machine's own address the jar is told to send it all the same.
    policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
    jar = http.cookiejar.CookieJar(policy)
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{address}/sign-in").read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    form = {"csrf_token": token[1] if token else "", "email": EMAIL, "password": PASSWORD}
    browser.open(f"{address}/sign-in", urllib.parse.urlencode(form).encode()).read()
    return browser
