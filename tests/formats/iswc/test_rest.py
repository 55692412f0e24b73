"""The objects of the REST interface: what we send and what the agency answers, written and read by one declaration."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formats.iswc import transactions as t
from formats.iswc.json import keys
from formats.iswc.json.shapes import Findings, Shape
from tests.formats.iswc.generated import IN_JSON, ISWCS, LATIN_TITLES, PARTIES, digits, maybe, several, words
from tests.formats.iswc.made import FIRST, SECOND, WRITER, an_add

_REFUSED = st.builds(t.Refused, code=digits(3), text=words(20))
_VERIFIED = st.builds(
    t.Verified, id=st.integers(0, 2**40), iswc=ISWCS, agency=digits(3), source_db=digits(3), work_code=words(20),
    title=words(60), titles=several(LATIN_TITLES), parties=several(PARTIES), eligible=st.booleans(),
    deleted=st.booleans(), overall_parent=maybe(ISWCS), archived_iswc=maybe(ISWCS), refusal=maybe(_REFUSED),
)  # fmt: skip
_COMPOSITE = st.builds(
    t.Composite, iswc=ISWCS, status=st.sampled_from(["Preferred", "Archived"]), title=words(60),
    parties=several(PARTIES), works=several(_VERIFIED), parent=maybe(ISWCS), merged=several(ISWCS),
    overall_parent=maybe(ISWCS),
)  # fmt: skip
_OUTCOME = st.builds(
    t.Outcome, number=st.integers(0, 9), result=maybe(st.builds(t.Result, work=_VERIFIED)), refusal=maybe(_REFUSED)
)
_TASK = st.builds(
    t.Task, id=digits(6), kind=st.sampled_from(["UpdateApproval", "MergeApproval", "DemergeApproval"]),
    status=st.sampled_from(["Outstanding", "Approved", "Rejected", "Cancelled"]), from_agency=digits(3),
    about=maybe(_COMPOSITE), text=maybe(words(200)),
)  # fmt: skip
ANSWERS = (
    st.tuples(st.just(keys.COMPOSITE), _COMPOSITE)
    | st.tuples(st.just(keys.OUTCOME), _OUTCOME)
    | st.tuples(st.just(keys.TASK), _TASK)
)


def there_and_back(shape: Shape, value: Any) -> tuple[Any, list[Any]]:
    findings = Findings()
    return shape.read(json.loads(json.dumps(shape.write(value))), (), findings), findings.problems


@given(IN_JSON.filter(lambda one: type(one) in (t.Add, t.Update)))
def test_a_submission_reads_back_as_it_was_sent(work: t.Submission) -> None:
    shape = keys.ADD if isinstance(work, t.Add) else keys.UPDATE
    assert there_and_back(shape, work) == (work, [])


@given(ANSWERS)
def test_an_answer_reads_back_as_it_was_given(pair: tuple[Shape, Any]) -> None:
    shape, value = pair
    read, problems = there_and_back(shape, value)
    assert problems == []
    assert shape.write(read) == shape.write(value)


def test_numbers_that_name_something_are_text_here_and_numbers_there() -> None:
    written = keys.ADD.write(an_add(source_db="021", parties=(t.Party("00000000199", "CA"),)))
    assert (written["sourcedb"], written["interestedParties"][0]["nameNumber"]) == (21, 199)
    assert keys.ADD.read(written).parties[0].name_number == "00000000199"


def test_what_says_nothing_is_left_out_because_the_agency_refuses_empty_texts() -> None:
    assert keys.ADD.write(t.Add(title="", derived_type=None, titles=())) == {}
    assert keys.ADD.write(t.Add(disambiguation=False)) == {"disambiguation": False}


def test_a_claimed_number_and_one_of_our_own_range_have_keys_of_their_own() -> None:
    assert keys.ADD.write(t.Add(iswc=FIRST)) == {"preferredIswc": FIRST}
    assert keys.ADD.write(t.Add(local_iswc=SECOND, allow_local=True)) == {"iswc": SECOND, "allowProvidedIswc": True}
    assert keys.UPDATE.write(t.Update(iswc=FIRST)) == {"preferredIswc": FIRST}


@pytest.mark.parametrize("task", [17, "17"])
def test_the_number_of_a_task_is_read_as_number_and_as_text(task: Any) -> None:
    assert keys.TASK.read({"workflowTaskId": task}).id == "17"


def test_a_declaration_that_names_an_attribute_nobody_has_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match="Party has no colour"):
        Shape(t.Party, keys.Key("colour", "colour", keys.TEXT))
    assert WRITER.is_creator
