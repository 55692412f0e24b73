"""How fast CWR 2.1 is read, checked and written, against the least that could be done about the same lines.

Reading is held against slicing every line into its columns, writing against filling one template a line with values
that are ready and known to be right: neither peer looks at what it reads or writes. Two shapes of transaction: six
records (NWR SPU SPT SWR SWT PWR), and sixteen as in a large publisher's file. The file lies on disk, the records to
write in memory; peak memory is that of a process of its own that checks 100,000 transactions.
"""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from formats.cwr import Reader, Record, record_class, write
from formats.cwr.standard import layouts
from formats.fixed_width import NUMBER, SHARE

Work = list[Record]
Make = Callable[[int], Work]
"""Number to the records of a transaction."""

SIXTEEN = (
    *("NWR", "SPU", "SPT", "SPT", "SPU", "SPT", "SPT"),
    *("SWR", "SWT", "SWT", "PWR", "SWR", "SWT", "PWR", "ALT", "PER"),
)
MEMORY_TRANSACTIONS = 100_000
_CHECK_IN_A_PROCESS = """
import sys
from formats.cwr import Reader
with open(sys.argv[1], "rb") as stream:
    count = sum(1 for transaction in Reader(stream, "strict"))
# What getrusage tells outlives exec: it would be the peak of the process that started this one.
with open("/proc/self/status") as status:
    print(count, next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


def measure(transactions: int = 20_000) -> dict[str, Any]:
    """Speeds in transactions a second: of the file of six records, and in ``rows`` of both files."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [_row(Path(folder), make, transactions) for make in (_six, _sixteen)]
    cpu = platform.processor() or platform.machine()
    machine = {"cpu": cpu, "cores": os.cpu_count(), "python": sys.version.split()[0]}
    return {**rows[0], "rows": rows, "machine": machine, "versions": {"kora": version("kora")}}


def _row(folder: Path, make: Make, transactions: int) -> dict[str, Any]:
    path = folder / "file.V21"
    works = [make(number) for number in range(transactions)]
    path.write_bytes(b"".join(_file(works)))
    write_tps, write_peer_tps = _writing(works, path)
    records = len(works[0])
    del works
    read_tps = _speed(lambda: _read(path, rules=False), transactions)
    check_tps = _speed(lambda: _read(path, rules=True), transactions)
    peer_tps = _speed(lambda: _slice(path), transactions)
    make_tps = _speed(lambda: [make(number) for number in range(transactions)], transactions)
    return {
        "read_tps": round(read_tps),
        "check_tps": round(check_tps),
        "write_tps": round(write_tps),
        "make_tps": round(make_tps),
        "records_per_transaction": records,
        "peak_mb": _peak(folder, make),
        "peer": "plain slicing of every line",
        "peer_tps": round(peer_tps),
        "ratio": round(check_tps / peer_tps, 3),
        "write_peer": "one template filled a line, unchecked",
        "write_peer_tps": round(write_peer_tps),
        "write_ratio": round(write_tps / write_peer_tps, 3),
    }


def _writing(works: list[Work], path: Path) -> tuple[float, float]:
    """Our speed and that of the peer, which must make the same lines."""
    ready = [[_filled(record) for record in records] for records in works]
    templates = {tag: _template(record) for tag, record in layouts("2.1").items()}
    peer = b"".join(_fill(ready, templates))
    if peer != b"".join(path.read_bytes().splitlines(keepends=True)[2:-2]):
        raise AssertionError("the peer does not write the same file")
    ours = _speed(lambda: b"".join(_file(works)), len(works))
    return ours, _speed(lambda: b"".join(_fill(ready, templates)), len(works))


def _template(record: type[Record]) -> str:
    cells = [f"%0{f.width}d" if f.kind in {NUMBER, SHARE} else f"%-{f.width}s" for f in record.FIELDS.values()]
    return f"%s{''.join(cells)}\r\n"


def _filled(record: Record) -> tuple[Any, ...]:
    """The record type and every value in a form that a template takes."""
    blank = {field.name: 0 if field.kind in {NUMBER, SHARE} else field.blank for field in record.FIELDS.values()}
    return record.record_type, *(blank[field.name] if value is None else value for field, value in record.values())


def _fill(works: list[list[tuple[Any, ...]]], templates: dict[str, str]) -> Iterator[bytes]:
    for records in works:
        for values in records:
            yield (templates[values[0]] % values).encode()


def _speed(work: Callable[[], object], transactions: int) -> float:
    """The best of three, in transactions a second: what else the machine does only ever slows it."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return transactions / min(times)


def _read(path: Path, *, rules: bool) -> None:
    with path.open("rb") as stream:
        for transaction in Reader(stream, "strict", rules=rules):
            if transaction.problems:
                raise AssertionError(transaction.problems[0])


def _slice(path: Path) -> int:
    columns = {
        tag: [(field.at, field.at + field.width) for field in record.FIELDS.values()]
        for tag, record in layouts("2.1").items()
    }
    cells = 0
    with path.open(encoding="ascii", newline="\r\n") as lines:
        for line in lines:
            cells += len([line[begin:end] for begin, end in columns[line[:3]]])
    return cells


def _peak(folder: Path, make: Make) -> float:
    path = folder / "large.V21"
    with path.open("wb") as out:
        out.writelines(_file(make(number) for number in range(MEMORY_TRANSACTIONS)))
    ran = subprocess.run(
        [sys.executable, "-c", _CHECK_IN_A_PROCESS, str(path)], check=True, capture_output=True, text=True
    )
    count, kilobytes = map(int, ran.stdout.split())
    path.unlink()
    if count != MEMORY_TRANSACTIONS:
        raise AssertionError(count)
    return round(kilobytes / 1024, 1)


def _file(works: Iterable[Work]) -> Iterator[bytes]:
    header = record_class("HDR")(
        record_type="HDR",
        sender_type="SO",
        sender_id="000000052",
        sender_name="PRS",
        edi_standard_version="01.10",
        creation_date=date(2026, 1, 1),
        creation_time="000001",
        transmission_date=date(2026, 1, 1),
    )
    return write(header, [("NWR", works)])


def _make(tag: str, **values: Any) -> Any:
    return record_class(tag)(record_type=tag, **values)


def _work(number: int) -> Any:
    return _make(
        "NWR",
        work_title=f"SONG NUMBER {number}",
        submitter_work_number=f"K{number:09d}",
        musical_work_distribution_category="POP",
        duration=f"00{number % 10:02d}{number % 60:02d}",
        recorded_indicator="Y",
        version_type="ORI",
    )


def _publisher(chain: int, number: int, pr: int, mr: int) -> Any:
    return _make(
        "SPU",
        publisher_sequence_number=chain,
        interested_party_number=f"P{number % 500}",
        publisher_name=f"PUBLISHER {number % 500}",
        publisher_type="E",
        pr_affiliation_society="052",
        pr_ownership_share=pr,
        mr_ownership_share=mr,
        sr_ownership_share=mr,
    )


def _writer(number: int, pr: int) -> Any:
    return _make(
        "SWR",
        interested_party_number=f"W{number % 5000}",
        writer_last_name=f"WRITER {number % 5000}",
        writer_first_name="ANY",
        writer_designation_code="CA",
        pr_affiliation_society="052",
        pr_ownership_share=pr,
        mr_ownership_share=0,
        sr_ownership_share=0,
    )


def _territory(tag: str, party: str, pr: int, mr: int, sign: str, tis: str, number: int) -> Any:
    return _make(
        tag,
        interested_party_number=party,
        pr_collection_share=pr,
        mr_collection_share=mr,
        sr_collection_share=mr,
        inclusion_exclusion_indicator=sign,
        tis_numeric_code=tis,
        sequence_number=number,
    )


def _link(publisher: int, writer: int) -> Any:
    return _make(
        "PWR",
        publisher_interested_party_number=f"P{publisher % 500}",
        publisher_name=f"PUBLISHER {publisher % 500}",
        writer_interested_party_number=f"W{writer % 5000}",
    )


def _six(number: int) -> Work:
    return [
        _work(number),
        _publisher(1, number, 5000, 10000),
        _territory("SPT", f"P{number % 500}", 5000, 10000, "I", "2136", 1),
        _writer(number, 5000),
        _territory("SWT", f"W{number % 5000}", 5000, 0, "I", "2136", 1),
        _link(number, number),
    ]


def _sixteen(number: int) -> Work:
    first, second = number, number + 1
    records = [_work(number)]
    for chain, publisher in enumerate((first, second), 1):
        records += [
            _publisher(chain, publisher, 2500, 5000),
            _territory("SPT", f"P{publisher % 500}", 2500, 5000, "I", "2136", 1),
            _territory("SPT", f"P{publisher % 500}", 0, 0, "E", "0840", 2),
        ]
    records += [
        _writer(first, 2500),
        _territory("SWT", f"W{first % 5000}", 2500, 0, "I", "2136", 1),
        _territory("SWT", f"W{first % 5000}", 0, 0, "E", "0840", 2),
        _link(first, first),
        _writer(second, 2500),
        _territory("SWT", f"W{second % 5000}", 2500, 0, "I", "2136", 1),
        _link(second, second),
        _make("ALT", alternate_title=f"TUNE NUMBER {number}", title_type="AT"),
        _make("PER", performing_artist_last_name=f"SINGER {number % 300}"),
    ]
    if [record.record_type for record in records] != list(SIXTEEN):
        raise AssertionError("the bench file has another shape than it says")
    return records


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:24} {value}")
