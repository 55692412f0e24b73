"""S-53 for files of the ISWC network: whatever bytes arrive, reading ends, and every problem has its place."""

import io
import json
from typing import Any

import pytest

from formats.iswc import edi
from formats.iswc import json as iswc_json
from formats.iswc.converting import FORMS, convert
from formats.iswc.json import keys
from formats.iswc.json.shapes import Findings
from formats.iswc.transactions import Title
from tests.formats.iswc.made import HEADER, a_notification, a_refusal, all_kinds, an_acknowledgement, an_add
from tests.security.mutations import SECONDS, mutants

NATIVE = an_add(work_code="W0009", titles=(Title("أغنية", "OA", "ar"),))
ANSWERS = [an_acknowledgement(number=1), a_refusal(), a_notification()]
EDI = [
    b"".join(edi.write(HEADER, [*all_kinds(), NATIVE])),
    b"".join(edi.write(HEADER, ANSWERS)),
    b"".join(edi.write(HEADER, [an_acknowledgement()], version="02.00")),
]
JSON = [iswc_json.write(HEADER, [*all_kinds(), NATIVE]), iswc_json.write(HEADER, ANSWERS)]
READERS: dict[str, tuple[Any, list[bytes]]] = {"edi": (edi.Reader, EDI), "json": (iswc_json.Reader, JSON)}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("form", READERS)
def test_the_readers_of_the_iswc_network_survive_whatever_they_are_fed(form: str) -> None:
    """Ten seconds of mutants each; what could be read can be written again or is refused with a reason."""
    make, samples = READERS[form]
    seen = 0
    for seed, content in mutants(samples, seconds=SECONDS / 2):
        lines = content.count(b"\n") + content.count(b"\r") + 1
        reader = make(io.BytesIO(content))
        try:
            entries = list(reader)
            for target in FORMS:
                convert(entries_of(reader, entries), target)
        except Exception as error:
            raise AssertionError(f"mutant {seed} of {form}") from error
        for problem in [*reader.problems, *(each for entry in entries for each in entry.problems)]:
            assert problem.line is None or 1 <= problem.line <= lines, (seed, problem)
            assert problem.code, (seed, problem)
        seen += 1
    assert seen > 100


class entries_of:
    """What was read, once more, as a reader gives it."""

    def __init__(self, reader: Any, entries: list[Any]) -> None:
        self.header = reader.header
        self._entries = entries

    def __iter__(self) -> Any:
        return iter(self._entries)


@pytest.mark.timeout(120)
def test_answers_over_rest_are_read_whatever_they_hold() -> None:
    """Five seconds of mutants of a composite with works and tasks."""
    work = {"id": 1, "iswc": "T9000000018", "deleted": False, "agency": "999", "sourcedb": 999, "workcode": "W1"}
    composite = {"iswc": "T9000000018", "agency": "999", "originalTitle": "A", "works": [work], "linkedISWC": ["T1"]}
    sample = json.dumps([{"workflowTaskId": 1, "workflowType": "MergeApproval", "status": "Outstanding",
                          "iswcMetadata": composite}]).encode()  # fmt: skip
    read = 0
    for seed, content in mutants([sample], seconds=SECONDS / 4):
        try:
            parsed = json.loads(content)
        except (ValueError, RecursionError):
            continue
        findings = Findings()
        try:
            for each in parsed if isinstance(parsed, list) else [parsed]:
                keys.TASK.read(each, (), findings)
        except Exception as error:
            raise AssertionError(f"mutant {seed}") from error
        read += 1
    assert read > 100
