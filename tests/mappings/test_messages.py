"""The vocabulary: every type has a stored example that must parse for ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mappings.messages import VOCABULARY, UnknownMessageType, from_json, read, reasons, to_json
from mappings.model import Work
from tests.builders import a_work

SAMPLES = Path(__file__).parents[1] / "samples" / "messages"


def example(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return data


def with_new_fields(data: Any) -> Any:
    """The same data as a later version would send it, with a field more in every object that is a record."""
    if isinstance(data, list):
        return [with_new_fields(item) for item in data]
    if not isinstance(data, dict) or all(isinstance(value, str) for value in data.values()):
        return data
    return {**{key: with_new_fields(value) for key, value in data.items()}, "added_later": ["x"]}


def test_every_type_has_a_stored_example_and_every_example_a_type() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(VOCABULARY)


@pytest.mark.parametrize("name", VOCABULARY)
def test_a_stored_example_parses_and_is_written_the_same_again(name: str) -> None:
    assert to_json(read(name, example(name))) == example(name)


@pytest.mark.parametrize("name", VOCABULARY)
def test_fields_of_a_later_version_are_ignored(name: str) -> None:
    assert read(name, with_new_fields(example(name))) == read(name, example(name))


def test_a_work_survives_the_journey_as_json_text() -> None:
    work = a_work()
    assert from_json(Work, json.loads(json.dumps(to_json(work)))) == work


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownMessageType, match=r"kora\.work\.painted\.v1"):
        read("kora.work.painted.v1", {})


def test_wrong_fields_are_named_one_by_one_without_their_values() -> None:
    data = {"titles": [{"text": None}], "interests": [{"role": "CA", "shares": {"PR": 0.5}}]}
    with pytest.raises(ValidationError) as refused:
        read("kora.work.registered.v1", data)
    found = reasons(refused.value)
    assert [reason.field for reason in found] == ["titles.0.text", "interests.0.shares.PR"]
    assert found[1].text == "Value error, a share is text, int, Decimal or Fraction, never a float"


def test_schemas_name_the_model_and_its_version() -> None:
    assert VOCABULARY["kora.work.updated.v1"].schema == "urn:kora:schema:work:1.0"


def test_a_work_without_a_title_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least one title"):
        read("kora.work.registered.v1", {"titles": []})
