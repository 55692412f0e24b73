"""S-53: files from outside are bounded in size, memory and time, and say what is wrong with them."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from formats.check import MOST_LISTED, check
from formats.cwr import Reader
from tests.samples.publisher import publisher_file
from tests.security.mutations import mutant, mutants

ROOT = Path(__file__).parents[2]
SAMPLES = [publisher_file(6, 2), publisher_file(4, 0, bom=False, latin1=False, trimmed=False, running_sequences=False)]
CHECK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
from kora import main
main(["formats", "check", sys.argv[1], "--json"])
"""


def checked(path: Path) -> dict[str, object]:
    """The answer of ``kora formats check`` in a process that may have 600 MB of addresses and no more."""
    ran = subprocess.run(
        [sys.executable, "-c", CHECK, str(path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=150
    )
    assert ran.stdout, ran.stderr
    answer: dict[str, object] = json.loads(ran.stdout)
    return answer


def test_a_line_of_a_gigabyte_is_cut_reported_and_skipped(tmp_path: Path) -> None:
    content = publisher_file(2, 0)
    head, rest = content.split(b"\r\n", 2)[:2], content.split(b"\r\n", 2)[2]
    path = tmp_path / "long.V21"
    with path.open("wb") as stream:
        stream.write(b"\r\n".join(head) + b"\r\nNWR")
        stream.seek(1 << 30, io.SEEK_CUR)  # a hole: the line is full of zeros
        stream.write(b"\r\n" + rest)
    answer = checked(path)
    codes = {problem["code"] for problem in answer["problems"]}  # type: ignore[attr-defined]
    assert {"KORA-LINE-TOO-LONG", "KORA-NUL"} <= codes
    assert answer["record_types"]["NWR"] == 3  # type: ignore[index]


def test_a_hundred_thousand_problems_are_counted_and_the_first_thousand_listed(tmp_path: Path) -> None:
    content = publisher_file(1, 0, trimmed=False)
    at = content.index(b"GRT")
    path = tmp_path / "bad.V21"
    path.write_bytes(content[:at] + b"XYZ0000000000000001\r\n" * 100_000 + content[at:])
    with path.open("rb") as stream:
        report = check(stream)
    assert report.totals["error"] >= 100_000
    assert len(report.problems) == MOST_LISTED
    assert {problem.code for problem in report.problems[10:]} == {"FIL-F-001"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (publisher_file(3, 0)[:1500], "FIL-E-005"),
        (publisher_file(3, 0).replace(b"02.10", b"07.30"), "GRH-F-004"),
        (publisher_file(3, 0).replace(b"QUIET RIVER", b"QUIET\x00RIVER"), "KORA-NUL"),
        (publisher_file(3, 0).replace(b"05200000", b"98700000", 1), "SWR-F-012"),
    ],
    ids=["cut off", "a version nobody has", "a NUL", "a society nobody knows"],
)
def test_what_is_wrong_is_named_by_its_rule(content: bytes, code: str) -> None:
    report = check(io.BytesIO(content))
    assert code in {problem.code for problem in report.problems}


@pytest.mark.timeout(120)
def test_the_reader_survives_whatever_it_is_fed() -> None:
    """Twenty seconds of mutants: reading never raises, and every problem has its place in the file."""
    seen = 0
    for seed, content in mutants(SAMPLES):
        lines = content.count(b"\n") + content.count(b"\r") + 1
        reader = Reader(io.BytesIO(content))
        try:
            problems = [problem for transaction in reader for problem in transaction.problems]
        except Exception as error:
            raise AssertionError(f"mutant {seed}: mutations.mutant(SAMPLES, {seed})") from error
        for problem in [*problems, *reader.problems]:
            assert problem.line is None or 1 <= problem.line <= lines, (seed, problem)
        seen += 1
    assert seen > 100


def test_a_mutant_is_the_same_every_time() -> None:
    assert mutant(SAMPLES, 7) == mutant(SAMPLES, 7)
    assert len({mutant(SAMPLES, seed) for seed in range(50)}) > 45
