"""Published numbers and their spoiled twins: each scheme takes the ones, and says what is wrong with the others."""

import csv
import doctest
import importlib
from pathlib import Path

import pytest

from formats.identifiers import SCHEMES, InvalidIdentifier, check

with (Path(__file__).parent / "vectors.csv").open(encoding="utf-8", newline="") as stream:
    VECTORS = list(csv.DictReader(stream))
GOOD = [(v["scheme"], v["value"], v["canonical"], v["display"]) for v in VECTORS if not v["reason"]]
BAD = [(v["scheme"], v["value"], v["reason"]) for v in VECTORS if v["reason"]]


def test_every_scheme_has_good_and_bad_numbers():
    assert {scheme for scheme, *_ in GOOD} == {scheme for scheme, *_ in BAD} == set(SCHEMES)
    assert (len(GOOD), len(BAD)) == (105, 90)


@pytest.mark.parametrize(("scheme", "value", "canonical", "display"), GOOD)
def test_a_good_number_is_stored_and_shown_in_one_form(scheme, value, canonical, display):
    module = SCHEMES[scheme]
    assert module.validate(value) == canonical
    assert module.format(value) == display
    assert module.is_valid(value)


@pytest.mark.parametrize(("scheme", "value", "canonical", "display"), GOOD)
def test_what_is_stored_and_what_is_shown_are_good_again(scheme, value, canonical, display):
    assert SCHEMES[scheme].validate(canonical) == canonical
    assert SCHEMES[scheme].validate(display) == canonical


@pytest.mark.parametrize(("scheme", "value", "canonical", "display"), GOOD)
def test_a_good_number_without_its_scheme_is_found_again(scheme, value, canonical, display):
    found = [f for f in check(display) if f.scheme == scheme]
    short_on_purpose = scheme == "ipn" and len(value) != 8
    assert [(f.valid, f.canonical, f.display) for f in found] == (
        [] if short_on_purpose else [(True, canonical, display)]
    )


@pytest.mark.parametrize(("scheme", "value", "reason"), BAD)
def test_a_bad_number_is_refused_with_its_reason(scheme, value, reason):
    with pytest.raises(InvalidIdentifier) as refusal:
        SCHEMES[scheme].validate(value)
    assert refusal.value.reason == reason
    assert not SCHEMES[scheme].is_valid(value)
    with pytest.raises(InvalidIdentifier):
        SCHEMES[scheme].format(value)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_examples_in_the_documentation_hold(scheme):
    module = importlib.import_module(f"formats.identifiers.{scheme.replace('-', '_')}")
    result = doctest.testmod(module, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert result.attempted >= 3
    assert result.failed == 0
