"""The first half of a load: files read and checked, and made into rows. It knows no database and runs alone.

``python -m gateway.ipi.preparing FILE...`` writes the batches as lines of JSON to standard output; the other half
(``loading``) reads them, so that two cores work at one load.
"""

import gc
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from formats.archives import NotOneFile, TooLargeUnpacked, unpacked
from formats.detect import detect
from formats.ipi import Reader, Transaction
from formats.ipi.lists import FIELDS
from formats.ipi.records import LAYOUTS
from formats.problems import ERROR, WARNING, Problem
from gateway.ipi.documents import after_image, facts

BATCH = 1_000
MOST_PROBLEMS = 1_000
SMALL_BYTES = 8 << 20
"""Files that are smaller together are prepared within the process: starting another takes longer."""

NO_STAMP = "0" * 14
"""Of a transaction that does not say when it was executed, as none does that was not by the register."""
_HEADER = LAYOUTS["IPA"].FIELDS
_BASE = slice(_HEADER["ip_base_number"].at, _HEADER["status_code"].at)
_STAMP = slice(_HEADER["transaction_date"].at, _HEADER["remitting_society_code"].at)
"""The same place in the header of every transaction."""

Row = list[Any]


@dataclass(slots=True)
class Batch:
    """Rows for the directory. A party has no id yet: a name says its place in the batch."""

    parties: list[Row] = field(default_factory=list)
    """Base, kind, status, whom it refers to, patronym, last change, records as text."""
    names: list[Row] = field(default_factory=list)
    """Place of the party, number, parent, type, name, first name."""
    codes: list[Row] = field(default_factory=list)
    """List, code, language, fields."""


@dataclass(slots=True)
class Told:
    """What was read so far, and what is wrong with it. ``broken`` are parties whose transaction could not be used."""

    transactions: int = 0
    skipped: int = 0
    newest: str = ""
    """Newest instant of a transaction, YYYYMMDDHHMMSS."""
    unfit: bool = False
    """The files are no full copy, or not whole: they must not replace what is there."""
    broken: list[str] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=lambda: {ERROR: 0, WARNING: 0})

    def add(self, problems: Iterable[Problem], file: str) -> None:
        """Count problems and keep the first of them, without what they quote of base data: it holds birth dates."""
        for problem in problems:
            self.totals[problem.level] += 1
            if len(self.problems) < MOST_PROBLEMS:
                self.problems.append(plain(problem, file))


def plain(problem: Problem, file: str) -> dict[str, Any]:
    """A problem as it goes to a command or another process; what it quotes of a person's life is left out."""
    said = asdict(problem) | {"file": file, "params": dict(problem.params)}
    if problem.record in {"BDN", "BDO"}:
        said["value"] = None
        said["params"] = said["params"] | {"value": ""}
    return said


def prepared(paths: Iterable[Path], told: Told) -> Iterator[Batch]:
    """The rows of all files, in batches; ``told`` is filled on the way. Raises nothing for what files may hold."""
    batch = Batch()
    for path in paths:
        for transaction in _usable(path, told):
            if transaction.type == "IDA":
                batch.codes += codes_of(transaction)
            else:
                told.newest = max(told.newest, stamp_of(transaction))
                add_party(batch, transaction)
            if len(batch.parties) >= BATCH:
                yield batch
                batch = Batch()
    yield batch


def _usable(path: Path, told: Told) -> Iterator[Transaction]:
    """The snapshots and code lists of one file; everything else is told."""
    try:
        with path.open("rb") as packed, unpacked(packed) as stream:
            found = detect(stream)
            if found is not None and found.format == "ipi":
                yield from _of_file(Reader(stream), path.name, told)
                return
        told.add([Problem("KORA-UNKNOWN-FORMAT", line=1)], path.name)
    except (NotOneFile, TooLargeUnpacked):
        told.add([Problem("FIL-E-001", line=1)], path.name)
    told.unfit = True


def _of_file(reader: Reader, file: str, told: Told) -> Iterator[Transaction]:
    for transaction in reader:
        told.transactions += 1
        if transaction.problems:
            told.add(transaction.problems, file)
        if transaction.type not in {"IPA", "IDA"}:
            told.unfit = True
            told.skipped += 1
            told.add([_not_a_snapshot(transaction)], file)
        elif transaction.is_sound and (transaction.type == "IDA" or base_of(transaction)):
            yield transaction
        else:
            told.skipped += 1
            if transaction.type == "IPA" and base_of(transaction):
                told.broken.append(base_of(transaction))
    told.add(reader.problems, file)
    told.unfit |= any(problem.level == ERROR for problem in reader.problems)


def add_party(batch: Batch, transaction: Transaction) -> None:
    """The rows of a snapshot."""
    lines = [after_image(line) for line in transaction.lines[1:]]
    base = base_of(transaction)
    known = facts(lines, base)
    place = len(batch.parties)
    batch.parties.append(
        [base, known.kind, known.status, known.refers_to, known.patronym, stamp_of(transaction), "\n".join(lines)]
    )
    # A number that stands there twice is one name, as it was said last.
    for name in {name.number: name for name in known.names}.values():
        batch.names.append([place, name.number, name.parent, name.type, name.name, name.first_name])


def base_of(transaction: Transaction) -> str:
    """Whom a snapshot is about; empty when it does not say so."""
    return transaction.lines[0][_BASE].strip()


def stamp_of(transaction: Transaction) -> str:
    """When the transaction was executed, YYYYMMDDHHMMSS by the register's clock."""
    return transaction.lines[0][_STAMP].strip() or NO_STAMP


def codes_of(transaction: Transaction) -> Iterator[Row]:
    """The entries of a code list: list, code, language, fields."""
    for record in transaction.records[1:]:
        names = FIELDS.get(record.record_type)
        if names is None:
            continue
        held = {
            field.name: value if value is None else str(value)
            for field, value in record.values()
            if field.name not in {"transaction_seq", "detail_seq"}
        }
        dated = [held[name] for name in held if name.endswith("valid_from") and held[name]]
        code = " ".join([*(held[name] or "" for name in names), *(day or "" for day in dated)])
        yield [record.record_type, code, held.get("language") or "", held]


def _not_a_snapshot(transaction: Transaction) -> Problem:
    kind = transaction.type
    return Problem("KORA-NOT-A-SNAPSHOT", ERROR, "TR", transaction.line, 1, "record_type", kind, {}, kind)


# -- between two processes --------------------------------------------------------------------------------------------


def batches(paths: Sequence[Path], told: Told) -> Iterator[Batch]:
    """``prepared``, in a process of its own when the files are large."""
    if sum(path.stat().st_size for path in paths) < SMALL_BYTES:
        yield from prepared(paths, told)
        return
    command = [sys.executable, "-m", "gateway.ipi.preparing", *(str(path.absolute()) for path in paths)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603  our own program and paths
        if child.stdout is None:
            raise RuntimeError("no standard output")
        finished = False
        try:
            for line in child.stdout:
                said = json.loads(line)
                if "told" in said:
                    for name, value in said["told"].items():
                        setattr(told, name, value)
                    finished = True
                else:
                    yield Batch(**said)
        finally:
            if not finished:
                child.kill()
    if not finished or child.returncode:
        raise RuntimeError(f"preparing ended with {child.returncode}")


def main(paths: Sequence[str]) -> None:
    """Write the batches of files and at last what is told of them, each as one line of JSON."""
    gc.disable()  # nothing here goes in circles, and millions of small lists would be looked through again and again
    told = Told()
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    out = sys.stdout.buffer
    for batch in prepared([Path(path) for path in paths], told):
        out.write(encode(asdict_of(batch)).encode())
        out.write(b"\n")
    out.write(encode({"told": asdict_of(told)}).encode())
    out.write(b"\n")
    out.flush()


def asdict_of(value: Batch | Told) -> dict[str, Any]:
    """The fields as they are: ``dataclasses.asdict`` would copy every row."""
    return {name: getattr(value, name) for name in value.__slots__}


if __name__ == "__main__":
    main(sys.argv[1:])
