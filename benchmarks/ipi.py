"""How fast the IPI register is read, loaded and searched: a full copy of invented parties, ten lines a transaction.

Names are drawn from short lists of sounds and of names that many people share, so that some have thousands of
namesakes, as in life. Loading and searching run on SQLite, or on the PostgreSQL of KORA_DATABASE_URL. Memory is the
peak of the loading process and of the one that prepares for it, together.
"""

import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from formats.identifiers import ipi_base, ipi_name
from formats.ipi import Reader
from gateway.database import EVERYBODY, open_database, session_maker
from gateway.ipi import queries
from interface.vault import Vault

LINES = 10
SEARCHES = 200
"""Of each kind."""
READ_AT_MOST = 200_000
KEY = Vault("bench", bytes(range(32)))

FIRST = (
    ("MARIA", "Мария", "ماريا", "Μαρία"), ("IVAN", "Иван", "ايفان", "Ιβάν"), ("SAMIRA", "Самира", "سميرة", "Σαμίρα"),
    ("KARIM", "Карим", "كريم", "Καρίμ"), ("NIKOS", "Никос", "نيكوس", "Νίκος"), ("OLGA", "Ольга", "اولغا", "Όλγα"),
    ("DIMITRI", "Димитри", "ديمتري", "Δημήτρη"), ("LAMIN", "Ламин", "لامين", "Λαμίν"), ("ROSA", "Роса", "روسا", "Ρόσα"),
    ("TAREK", "Тарек", "طارق", "Τάρεκ"),
)  # fmt: skip
SOUNDS = (
    ("BA", "ба", "با", "μπα"), ("DO", "до", "دو", "ντο"), ("KA", "ка", "كا", "κα"), ("LI", "ли", "لي", "λι"),
    ("MO", "мо", "مو", "μο"), ("NA", "на", "نا", "να"), ("RI", "ри", "ري", "ρι"), ("SO", "со", "سو", "σο"),
    ("TA", "та", "تا", "τα"), ("FI", "фи", "في", "φι"), ("LO", "ло", "لو", "λο"), ("ME", "ме", "مي", "με"),
    ("RA", "ра", "را", "ρα"), ("SI", "си", "سي", "σι"), ("TO", "то", "تو", "το"), ("NE", "не", "ني", "νε"),
)  # fmt: skip
SCRIPTS = ("Latn", "Cyrl", "Arab", "Grek")

_LOAD = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from benchmarks.ipi import KEY
from gateway import migrations
from gateway.database import open_database
from gateway.ipi import loading
from gateway.ipi.preparing import Told
engine = open_database(sys.argv[2])
migrations.upgrade(engine)
told = Told()
begin = time.perf_counter()
done = loading.load(engine, KEY, [Path(sys.argv[1])], told, as_of="20260105000000", now=datetime.now(UTC))
seconds = time.perf_counter() - begin
with open("/proc/self/status") as status:
    own = int(next(line.split()[1] for line in status if line.startswith("VmHWM")))
assert not told.problems, told.problems[0]
print(json.dumps({"seconds": seconds, "kilobytes": own, "parties": done.parties, "names": done.names}))
"""
_PREPARE = """
import sys
from gateway.ipi.preparing import main
main(sys.argv[1:])
# What getrusage tells of a child outlives exec: it would be the peak of the process that started it.
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")), file=sys.stderr)
"""


def measure(parties: int = 1_000_000, database: str | None = None) -> dict[str, Any]:
    """The figures: transactions a second read, and loaded from the file to the last index; searches in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "IPI01080.edi"
        write(path, parties)
        url = database or os.environ.get("KORA_DATABASE_URL") or f"sqlite:///{Path(folder) / 'gateway.db'}"
        read_tps = _read(path, min(parties, READ_AT_MOST))
        loaded = _load(path, url)
        engine = open_database(url)
        search = list(_searches(engine, parties))
        size = _bytes_of(engine)
        engine.dispose()
    cpu = platform.processor() or platform.machine()
    return {
        "parties": loaded["parties"],
        "names": loaded["names"],
        "transactions": parties,
        "lines_per_transaction": LINES,
        "read_tps": round(read_tps),
        "load_tps": round(parties / loaded["seconds"]),
        "peak_mb": round(loaded["kilobytes"] / 1024, 1),
        "database": engine.dialect.name,
        "database_mb": round(size / (1 << 20)),
        "search": search,
        "machine": {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0], "load": os.getloadavg()[0]},
        "versions": {"kora": version("kora")},
    }


def _read(path: Path, transactions: int) -> float:
    begin, count = time.perf_counter(), 0
    with path.open("rb") as stream:
        for transaction in Reader(stream):
            if transaction.problems:
                raise AssertionError(transaction.problems[0])
            count += 1
            if count == transactions:
                break
    return count / (time.perf_counter() - begin)


def _load(path: Path, url: str) -> dict[str, Any]:
    """In a process of its own, whose peak of memory is that of a load and nothing else."""
    ran = subprocess.run([sys.executable, "-c", _LOAD, str(path), url], check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(ran.stdout)
    half = [sys.executable, "-c", _PREPARE, str(path)]
    prepared = subprocess.run(half, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    answer["kilobytes"] += int(prepared.stderr)
    return answer


def _bytes_of(engine: Engine) -> int:
    if engine.dialect.name == "sqlite":
        return Path(engine.url.database or "").stat().st_size
    with engine.connect() as connection:
        return sum(
            connection.scalar(select(func.pg_total_relation_size(name))) or 0
            for name in ("ipi_party", "ipi_name", "ipi_key")
        )


# -- the file ---------------------------------------------------------------------------------------------------------


def name_of(number: int) -> tuple[Sequence[str], Sequence[str]]:
    """Family and first name of a party, each in every script; always the same for a number."""
    chance = random.Random(number)  # noqa: S311  invents names
    # One in five has one of a few hundred family names; the others' are of four sounds.
    count = 2 if chance.random() < 0.2 else 4
    sounds = [chance.choice(SOUNDS) for _ in range(count)]
    family = ["".join(sound[script] for sound in sounds) for script in range(len(SCRIPTS))]
    return family, chance.choice(FIRST)


def write(path: Path, parties: int) -> None:
    """A full copy with one group of so many transactions, each line padded as the register pads it."""
    with path.open("w", encoding="ascii", newline="") as out:
        out.writelines(f"{line.ljust(206)}\r\n" for line in _lines(parties))


def _lines(parties: int) -> Iterator[str]:
    yield f"HDRSO{'080':9}{'SUISA':45}01.00202601060102032026010620260106.IPI"
    yield "GRHIPA0000101.00"
    for number in range(parties):
        yield from _party(number)
    yield f"GRT00001{parties:08d}{parties * LINES + 2:08d}"
    yield f"TRL00001{parties:08d}{parties * LINES + 4:08d}"


def _party(number: int) -> Iterator[str]:
    base = base_of(number)
    own, other = _number(2 * number), _number(2 * number + 1)
    family, first = name_of(number)
    at = f"{number:08d}"
    stamp = "20260104101112"
    header = f"{base}1{own}PA"
    born, role = 1930 + number % 80, ("MC", "LY")[number % 2]
    yield f"IPA{at}00000000{stamp}080{'SUISA':20}{header}{header}"
    yield f"BDN{at}00000001N{born}{number % 12 + 1:02d}{number % 28 + 1:02d}{'':8}{'':60}{'':40}F{stamp}"
    yield f"STN{at}00000002{base}12001010100000099991231235959{stamp}"
    yield f"NCN{at}00000003{own}{family[0]:90}{first[0]:45}PA{stamp}{stamp}"
    if number % 5 < 2:  # 1.4 names a party
        yield f"NCN{at}00000004{other}{'DJ ' + family[0]:90}{'':45}PP{stamp}{stamp}"
    else:
        yield f"NTN{at}000000040756{'':8}{'SWITZERLAND':20}{'':8}{born}"
    yield f"MAN{at}00000005{number % 90 + 10:03d}MW{role}PR2001010100000099991231235959{'20010101'}10000{stamp}"
    yield f"TMA{at}000000062136{'':8}{'WORLD':20}{'':8}I"
    yield f"MAN{at}00000007{number % 90 + 10:03d}MW{role}MR2001010100000099991231235959{'20010101'}10000{stamp}"
    yield f"TMA{at}000000082136{'':8}{'WORLD':20}{'':8}I"
    yield f"NUN{at}00000009{own}MW{role}"


def base_of(number: int) -> str:
    """The base number of a party."""
    body = f"{700_000_000 + number:09d}"
    return f"I-{body}-{ipi_base.check_digit(body)}"


def _number(number: int) -> str:
    body = f"{500_000_000 + number:09d}"
    return f"{body}{ipi_name.check_digits(body)}"


# -- searches ---------------------------------------------------------------------------------------------------------


def _searches(engine: Engine, parties: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)  # noqa: S311  chooses whom to look for
    people = [chance.randrange(parties) for _ in range(SEARCHES)]
    with session_maker(engine, EVERYBODY)() as session:
        yield _timed(session, "Latn", [(base_of(one), _number(2 * one)) for one in people])
        for script in range(len(SCRIPTS)):
            asked = [(base_of(one), " ".join((name_of(one)[1][script], name_of(one)[0][script]))) for one in people]
            yield _timed(session, SCRIPTS[script], asked)
        yield _timed(session, "Latn", [(base_of(one), name_of(one)[0][0][:6].lower()) for one in people])
        yield _timed(session, "Latn", [(base_of(one), _misspelt(one)) for one in people])


def _misspelt(number: int) -> str:
    """Another habit of spelling: doubled consonants, K as C, F as PH."""
    family, first = name_of(number)
    return f"{first[0]} {family[0].replace('K', 'C').replace('F', 'PH').replace('L', 'LL')}"


def _timed(session: Session, script: str, asked: Sequence[tuple[str, str]]) -> dict[str, Any]:
    times, found, ways = [], 0, []
    for base, text in asked:
        begin = time.perf_counter()
        answers = queries.find(session, KEY, text)
        times.append((time.perf_counter() - begin) * 1000)
        found += any(one.party.base == base for one in answers.results)
        ways += [one.how for one in answers.results[:1]]
    return {
        "script": script,
        "how": statistics.mode(ways) if ways else None,
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 2),
        "found_percent": round(100 * found / len(asked), 1),
    }


if __name__ == "__main__":
    for name, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000).items():
        print(f"{name:24} {value}")
