"""S-53 for the register's files: whatever bytes arrive, reading ends, and every problem has its place."""

import io

import pytest

from formats.ipi import Reader
from tests.formats.ipi.made import a_firm, about, ada, make, merged, written
from tests.security.mutations import mutants

REMARK = [about("REA"), make("REN", ip_name_number="00014107338", society_code="080", text="déjà vu")]
SAMPLES = [written(ada(), a_firm(), merged()), written(a_firm(), REMARK, padded=0)]


@pytest.mark.timeout(120)
def test_the_reader_of_the_register_survives_whatever_it_is_fed() -> None:
    """Twenty seconds of mutants."""
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
