"""The rules of the ISWC database: for each one tested here a transaction that breaks it and one that keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from formats.iswc.rules import RULES, Person, References, check, in_order, same_code_twice
from formats.iswc.transactions import (
    Add,
    AskIswc,
    AskWork,
    Find,
    Origin,
    OtherNumbers,
    Party,
    Performer,
    PublisherCodes,
    Title,
    Transaction,
    WorkCode,
)
from tests.builders import an_ipi, an_ipi_base, an_iswc
from tests.formats.iswc.made import (
    FIRST,
    KEY,
    SECOND,
    WRITER,
    a_delete,
    a_merge,
    all_kinds,
    an_add,
    an_update,
)

PUBLISHER = Party(None, "E", name="NO NUMBER MUSIC")
ALIEN = Party(an_ipi(299_999_902), "CA", an_ipi_base(999_999_902))
FREE = Party(an_ipi(299_999_903), "CA", an_ipi_base(999_999_903))
MERGED = Party(an_ipi(299_999_904), "CA")
DEAD = Party(an_ipi(299_999_905), "CA")
TRADITIONAL = Party(an_ipi(299_999_906), "CA", "I-002296966-8")


@dataclass
class Register:
    """A small register of interested parties and of who represents them."""

    def find(self, name_number: str) -> Person | None:
        known = {party.name_number: Person(party.base_number or "", 1) for party in (WRITER, ALIEN, FREE, TRADITIONAL)}
        known[MERGED.name_number] = Person(WRITER.base_number or "", 1)
        known[DEAD.name_number] = Person(an_ipi_base(999_999_905), 4)
        return known.get(name_number)

    def represents(self, base_number: str, society: str) -> bool:
        return (base_number, society) in {(WRITER.base_number, "999"), (ALIEN.base_number, "058")}

    def is_anybodys(self, base_number: str) -> bool:
        return base_number in {WRITER.base_number, ALIEN.base_number}


KNOWN = References(Register(), Register(), {("999", "999")}, {an_ipi_base(7)})


def broken(transaction: Transaction, known: References = KNOWN) -> list[tuple[str, str, tuple[Any, ...]]]:
    return [(each.rule, each.number, each.fault.where) for each in check(transaction, known).breaches]


def test_one_of_each_kind_breaks_nothing() -> None:
    for transaction in all_kinds():
        assert broken(transaction) == [], transaction.tag


Case = tuple[str, str, Transaction, tuple[str | int, ...], Transaction]


def case(rule: str, number: str, breaks: Transaction, where: tuple[str | int, ...], keeps: Transaction) -> Case:
    return (rule, number, breaks, where, keeps)


CASES = [
    case("IV/02", "104", an_add(parties=()), ("parties",), an_add()),
    case("IV/05", "109", an_add(title=None), ("title",), AskWork(titles=(Title("A", "OT"),), parties=(WRITER,))),
    case("IV/06", "110", an_add(titles=(Title("B", "OT"),)), ("titles", 0, "kind"), an_add(titles=(Title("B", "AT"),))),
    case("IV/07", "111", an_add(parties=(replace(WRITER, role="E"),)), ("parties",), an_add()),
    case("IV/08", "115", an_add(source_db="300"), ("source_db",), an_add()),
    case("IV/10", "103", an_add(agency="99"), ("agency",), an_add()),
    case("IV/11", "136", an_add(work_code=None), ("work_code",), an_add()),
    case("IV/12", "138", an_add(source_db=None), ("source_db",), an_add()),
    case("IV/13", "107", an_update(iswc=None), ("iswc",), an_update()),
    case("IV/14", "113", an_update(iswc="T-999.999.901-8"), ("iswc",), an_update()),
    case("IV/15", "141", a_merge(merged=(SECOND[:-1] + "0",)), ("merged", 0), a_merge()),
    case("IV/19", "102", an_add(parties=(WRITER, replace(ALIEN, name_number=None))), ("parties", 1, "name_number"),
         an_add(parties=(WRITER, PUBLISHER))),
    case("IV/20", "134", an_add(parties=(replace(WRITER, name_number="29999A90152"),)), ("parties", 0, "name_number"),
         an_add()),
    case("IV/22", "139", an_add(parties=(WRITER, replace(ALIEN, role="XX"))), ("parties", 1, "role"), an_add()),
    case("IV/22", "106", an_add(parties=(WRITER, replace(ALIEN, role=None))), ("parties", 1, "role"), an_add()),
    case("IV/24", "108", an_add(parties=(TRADITIONAL,)), ("parties",), an_add(parties=(TRADITIONAL, WRITER))),
    case("IV/29", "148", an_add(parties=(WRITER, replace(ALIEN, base_number=an_ipi_base(7)))),
         ("parties", 1, "base_number"), an_add()),
    case("IV/31", "135", an_add(titles=(Title("B", "ZZ"),)), ("titles", 0, "kind"), an_add()),
    case("IV/31", "112", an_add(titles=(Title("B", None),)), ("titles", 0, "kind"), an_add()),
    case("IV/34", "120", an_add(derived_type="ModifiedVersion", derived_from=(Origin(),)), ("derived_from", 0, "iswc"),
         an_add(derived_type="ModifiedVersion")),
    case("IV/34", "120", an_add(derived_type="Remix"), ("derived_type",), an_add(derived_type="ModifiedVersion")),
    case("IV/36", "121", an_add(derived_type="Composite"), ("derived_from",),
         an_add(derived_type="Composite", derived_from=(Origin(title="SOURCE"),))),
    case("IV/38", "147", an_add(derived_type="Excerpt"), ("derived_from",),
         an_add(derived_type="Excerpt", derived_from=(Origin(iswc=SECOND),))),
    case("IV/40", "123", an_add(disambiguation=True, disambiguate_from=(SECOND,)), ("disambiguation_reason",),
         an_add(disambiguation=True, disambiguation_reason="DIT", disambiguate_from=(SECOND,))),
    case("IV/40", "124", an_add(disambiguation=True, disambiguation_reason="DIT"), ("disambiguate_from",), an_add()),
    case("IV/40", "122", an_add(disambiguate_from=("T123",)), ("disambiguate_from", 0), an_add()),
    case("IV/40", "125", an_add(bvltr="X"), ("bvltr",), an_add(bvltr="R")),
    case("IV/40", "126", an_add(performers=(Performer(None, "AWA"),)), ("performers", 0, "last_name"), an_add()),
    case("IV/40", "146", an_add(instruments=("FLUTE",)), ("instruments", 0), an_add(instruments=("FLT",))),
    case("IV/44", "107", AskIswc(), ("iswc",), AskIswc(iswc=FIRST)),
    case("IV/45", "158", an_add(work_code="W" * 21), ("work_code",), an_add(work_code="W" * 20)),
    case("IV/47", "162", an_add(performers=(Performer("K" * 51),)), ("performers", 0, "last_name"),
         an_add(performers=(Performer("K" * 50),))),
    case("IV/49", "166", Find(**KEY, title="A", parties=(WRITER,)), ("agency",),
         Find(agency="312", title="A", parties=(WRITER,))),
    case("IV/53", "171", an_add(local_iswc=an_iswc(300_000_001)), ("local_iswc",), an_add(local_iswc=SECOND)),
    case("IV/57", "182", an_add(other_numbers=OtherNumbers(agencies=(WorkCode("058", "1"),))), ("other_numbers",),
         an_add(other_numbers=OtherNumbers(agencies=(WorkCode("058", "1"),), publishers=(PublisherCodes("1"),)))),
    case("IV/58", "181", an_add(preview=True), ("preview",), an_add(preview=False)),
    case("MD/16", "137", an_add(parties=(WRITER, replace(ALIEN, name_number="29999990200"))),
         ("parties", 1, "name_number"), an_add(parties=(MERGED,))),
    case("MD/16", "137", an_add(parties=(WRITER, DEAD)), ("parties", 1, "name_number"), an_add()),
    case("EL/01", "140", an_add(parties=(ALIEN,)), ("parties",), an_add(parties=(FREE,))),
    case("EL/03", "144", an_update(parties=(FREE,)), ("parties",), an_update()),
    case("PV/09", "132", a_merge(merged=()), ("merged",), a_merge()),
    case("PV/13", "133", a_delete(reason=None), ("reason",), a_delete()),
    case("PV/31", "156", a_merge(merged=(SECOND, FIRST)), ("merged", 1), a_merge()),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "number", "breaks", "where", "keeps"), CASES, ids=lambda value: str(value)[:20])
def test_a_rule_is_broken_there_and_kept_here(
    rule: str, number: str, breaks: Transaction, where: tuple[Any, ...], keeps: Transaction
) -> None:
    assert (rule, number, where) in broken(breaks)
    assert rule not in [each for each, _, _ in broken(keeps)]


def test_every_rule_that_is_tested_has_a_case_that_breaks_it() -> None:
    assert {each.id for each in RULES.values() if each.test} == {rule for rule, *_ in CASES}


def test_numbers_a_rule_gives_are_among_those_it_declares() -> None:
    for rule, number, *_ in CASES:
        assert number in RULES[rule].numbers


def test_a_rule_whose_register_is_not_loaded_is_not_checked_and_never_passed() -> None:
    verdict = check(an_add(parties=(ALIEN,)), References())
    assert verdict.breaches == ()
    assert dict(verdict.not_checked) == {"IV/08": 1, "IV/24": 1, "IV/29": 1, "MD/16": 1, "EL/01": 1}


def test_the_check_digits_of_a_name_number_need_no_register() -> None:
    wrong = an_add(parties=(replace(WRITER, name_number="29999990200"),))
    assert broken(wrong, References()) == [("MD/16", "137", ("parties", 0, "name_number"))]


def test_a_publisher_that_is_nobody_counts_for_nothing() -> None:
    nobody = Party(an_ipi(299_999_907), "E", "I-001631070-4")
    assert ("EL/01", "140", ("parties",)) in broken(an_add(parties=(ALIEN, nobody)))


def test_the_same_work_code_twice_in_a_batch_is_refused_the_second_time() -> None:
    works: list[Add] = [an_add(), an_add(work_code="W0002"), an_add(title="OTHER")]
    assert list(same_code_twice(works)) == [2]


def test_the_catalogue_holds_every_rule_of_the_description_once() -> None:
    ids = [rule.id for rule in in_order()]
    families: dict[str, int] = {}
    for one in ids:
        families[one.partition("/")[0]] = families.get(one.partition("/")[0], 0) + 1
    assert families == {"IV": 40, "MD": 11, "EL": 4, "MAT": 43, "PV": 23}
    unpublished: Callable[[str], bool] = lambda one: RULES[one].needs == ("unpublished text",)  # noqa: E731
    assert [one for one in ids if unpublished(one)] == [f"MAT/{number:02d}" for number in range(1, 44)]
    assert not any(RULES[one].implemented for one in ids if one.startswith("MAT"))
