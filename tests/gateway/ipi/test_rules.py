"""Whom a number stands for and who holds a mandate: decided without a database."""

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.ipi import Reader
from gateway.ipi import rules
from gateway.ipi.deflating import deflated, inflated
from gateway.ipi.documents import Mandate, document, facts, from_bytes, in_order, mandates, to_bytes
from gateway.ipi.queries import expand
from gateway.ipi.rules import Question, Resolution, Step
from tests.formats.ipi.made import (
    ADA,
    ADAS_DOUBLE,
    Records,
    a_mandate,
    a_territory,
    a_usage,
    about,
    ada,
    merged,
    written,
)

WORLD, SWITZERLAND, FRANCE, EUROPE = "2136", "0756", "0250", "2120"


def chain(**steps: str) -> dict[str, Step]:
    """A=3B: A was merged into B."""
    return {name: Step(said[0], said[1:] or None) for name, said in steps.items()}


@pytest.mark.parametrize(
    ("known", "money", "expected"),
    [
        (chain(A="1"), True, Resolution("A", None, ("A",))),
        (chain(A="3B", B="1"), True, Resolution("B", "merged", ("A", "B"))),
        (chain(A="3B", B="3C", C="3D", D="1"), False, Resolution("D", "merged", ("A", "B", "C", "D"))),
        (chain(A="2B", B="1"), True, Resolution("B", "purchase", ("A", "B"))),
        (chain(A="2B", B="1"), False, Resolution("A", None, ("A",))),
        (chain(A="3B", B="2C", C="1"), False, Resolution("B", "merged", ("A", "B"))),
        (chain(A="3B", B="2C", C="1"), True, Resolution("C", "merged", ("A", "B", "C"))),
        (chain(A="4"), True, Resolution(None, "dead", ("A",))),
        (chain(A="3B", B="4"), True, Resolution(None, "dead", ("A", "B"))),
        (chain(A="3B", B="3A"), True, Resolution(None, "cycle", ("A", "B", "A"))),
        (chain(A="3A"), True, Resolution(None, "cycle", ("A", "A"))),
        (chain(A="3"), True, Resolution(None, "cycle", ("A", "A"))),
        (chain(A="3B"), True, Resolution(None, "missing", ("A", "B"))),
        ({}, True, Resolution(None, "missing", ("A",))),
    ],
)
def test_a_chain_ends_in_a_living_party_or_says_why_not(
    known: dict[str, Step], money: bool, expected: Resolution
) -> None:
    assert rules.resolve("A", known.get, money=money) == expected


def test_a_chain_that_does_not_end_is_left_after_fifty_steps() -> None:
    found = rules.resolve("0", lambda base: Step("3", str(int(base) + 1)))
    assert (found.base, found.reason, len(found.path)) == (None, "cycle", rules.MOST_STEPS + 1)


@given(st.dictionaries(st.integers(0, 9), st.tuples(st.sampled_from("1234"), st.integers(0, 9)), max_size=10))
def test_every_chain_ends(links: dict[int, tuple[str, int]]) -> None:
    steps = {str(one): Step(status, str(other)) for one, (status, other) in links.items()}
    found = rules.resolve("0", steps.get)
    assert len(found.path) <= 11
    assert (found.base is None) == (found.reason in {"dead", "cycle", "missing"})
    if found.base is not None:
        assert steps[found.base].status == "1"


# -- mandates ---------------------------------------------------------------------------------------------------------


def held(*details: object) -> list[Mandate]:
    """The mandates as the directory reads them from a file."""
    records: Records = [about("MAA"), *details]  # type: ignore[list-item]
    (transaction,) = Reader(io.BytesIO(written(records)))
    (change,) = rules.changes(transaction)
    return mandates(in_order(rules.applied({}, change).document))


def asked(right: str = "PR", territory: str = FRANCE, on: date = date(2026, 6, 1), role: str = "MC") -> Question:
    return Question(right, "MW", role, territory, on)


def societies(mandates: list[Mandate], question: Question) -> list[str]:
    return [one.society for one in rules.represented_by(mandates, question, expand)]


def test_the_mandate_of_right_class_role_territory_and_day_answers() -> None:
    given = held(a_mandate("080"), a_territory(WORLD), a_mandate("052", "MR"), a_territory(WORLD))
    assert societies(given, asked()) == ["080"]
    assert societies(given, asked("MR")) == ["052"]
    assert societies(given, asked("XX")) == []
    assert societies(given, asked(role="LY")) == []


def test_territories_apply_in_their_order_and_groups_are_opened() -> None:
    given = held(a_mandate("080"), a_territory(WORLD), a_territory(EUROPE, "E"), a_territory(FRANCE))
    assert societies(given, asked(territory=FRANCE)) == ["080"]
    assert societies(given, asked(territory=SWITZERLAND)) == []
    assert societies(given, asked(territory="0840")) == ["080"]


def test_a_mandate_holds_from_its_first_day_to_the_day_before_its_last() -> None:
    given = held(
        a_mandate("080", valid_from_date=date(2020, 1, 1), valid_to_date=date(2026, 6, 1)), a_territory(WORLD),
        a_mandate("052", valid_from_date=date(2026, 6, 1)), a_territory(WORLD),
    )  # fmt: skip
    assert societies(given, asked(on=date(2019, 12, 31))) == []
    assert societies(given, asked(on=date(2020, 1, 1))) == ["080"]
    assert societies(given, asked(on=date(2026, 5, 31))) == ["080"]
    assert societies(given, asked(on=date(2026, 6, 1))) == ["052"]


def test_several_societies_share_and_more_than_the_whole_is_noticed() -> None:
    given = held(a_mandate("080", share=6_000), a_territory(WORLD), a_mandate("052", share=4_000), a_territory(WORLD))
    answers = rules.represented_by(given, asked(), expand)
    assert [(one.society, one.share) for one in answers] == [("080", 6_000), ("052", 4_000)]
    assert not rules.is_too_much(answers)
    assert rules.is_too_much([*answers, answers[0]])


# -- documents --------------------------------------------------------------------------------------------------------


def test_a_document_comes_back_from_its_bytes() -> None:
    (transaction,) = Reader(io.BytesIO(written(ada())))
    lines = in_order(rules.new_party(transaction))
    assert from_bytes(to_bytes(lines)) == lines
    assert in_order(document(lines)) == lines
    odd = ["RENÉ\x81\x9d", "NUN"]
    assert from_bytes(to_bytes(odd)) == odd


@given(st.binary(max_size=9_000))
def test_what_was_deflated_comes_back_as_it_was(content: bytes) -> None:
    assert inflated(deflated(content)) == content


def test_documents_that_are_stored_can_be_read_for_ever() -> None:
    """The dictionary that both sides know must not change."""
    kept = bytes.fromhex(
        "482c280cc82c03c653a24241625149a5427e9a424e7e5eba42627abe8e42766a41894262b1426689423990c20c3b0016b910a6"
    )
    assert inflated(kept) == b"NCNa party of long ago, kept as it was   PA20200101101112"


def test_the_owner_of_a_status_is_the_party_of_the_header() -> None:
    (transaction,) = Reader(io.BytesIO(written(merged())))
    (change,) = rules.changes(transaction)
    assert change.base == ADAS_DOUBLE
    known = facts(in_order(rules.applied({}, change).document), ADAS_DOUBLE)
    assert (known.status, known.refers_to) == ("3", ADA)


CHANGES: list[Records] = [
    [about("NUA"), a_usage(role="LY")],
    [about("NUD"), a_usage(tag="NUO")],
    [about("MAA"), a_mandate("052"), a_territory()],
    [about("MAD"), a_mandate("052", tag="MAO"), a_territory()],
    [about("MAU"), a_mandate(tag="MAO"), a_territory(), a_mandate(share=5_000), a_territory(EUROPE)],
    ada(),
]


@settings(max_examples=50)
@given(st.lists(st.integers(0, len(CHANGES) - 1), max_size=8), st.integers(0, len(CHANGES) - 1))
def test_what_was_just_applied_changes_nothing_when_it_comes_again(order: list[int], last: int) -> None:
    known = {}
    for number in [*order, last]:
        (transaction,) = Reader(io.BytesIO(written(CHANGES[number])))
        (change,) = rules.changes(transaction)
        known = rules.applied(known, change).document
    again = rules.applied(known, change)
    assert not again.changed
    assert again.document == known
