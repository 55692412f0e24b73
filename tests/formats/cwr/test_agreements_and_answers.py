"""Agreements and acknowledgements: what their lines must say, and how answers hold the work they repeat."""

from collections.abc import Callable
from datetime import date

import pytest

from formats.cwr import Record
from tests.formats.cwr.made import Records, a_work, an_agreement, codes, make, reader, the, written


def sets(tag: str, nth: int = 1, **values: object) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        for name, value in values.items():
            setattr(the(records, tag, nth), name, value)

    return change


def drops(tag: str) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        records[:] = [record for record in records if record.record_type != tag]

    return change


BROKEN: dict[str, tuple[Callable[[Records], object], list[str]]] = {
    "no territory": (drops("TER"), ["AGR-T-002", "IPA-R-001"]),
    "nobody takes": (sets("IPA", 2, agreement_role_code="AS"), ["AGR-T-003", "IPA-R-002"]),
    "shares do not add up": (sets("IPA", 2, pr_share=4000), ["AGR-T-005"]),
    "no number": (sets("AGR", submitter_agreement_number=None), ["AGR-F-001"]),
    "unknown kind": (sets("AGR", agreement_type="XX"), ["AGR-F-003"]),
    "no beginning": (sets("AGR", agreement_start_date=None), ["AGR-F-004"]),
    "kept shorter than it lasts": (
        sets("AGR", agreement_end_date=date(2025, 1, 1), retention_end_date=date(2024, 1, 1)),
        ["AGR-F-007"],
    ),
    "earlier royalties without a day": (sets("AGR", prior_royalty_status="D"), ["AGR-F-009"]),
    "earlier royalties from too late": (
        sets("AGR", prior_royalty_status="D", prior_royalty_start_date=date(2021, 1, 1)),
        ["AGR-F-009"],
    ),
    "a day for no earlier royalties": (
        sets("AGR", prior_royalty_start_date=date(2019, 1, 1)),
        ["AGR-F-010", "AGR-F-012"],
    ),
    "collecting on before the end": (
        sets(
            "AGR",
            post_term_collection_status="D",
            agreement_end_date=date(2025, 1, 1),
            post_term_collection_end_date=date(2024, 1, 1),
        ),
        ["AGR-F-013"],
    ),
    "collecting on without a day": (sets("AGR", post_term_collection_status="D"), ["AGR-F-014"]),
    "a day for no collecting on": (
        sets("AGR", post_term_collection_end_date=date(2026, 1, 1)),
        ["AGR-F-015", "AGR-F-017"],
    ),
    "sale or manufacture not said": (sets("AGR", agreement_type="OS"), ["AGR-F-020"]),
    "no works": (sets("AGR", number_of_works=None), []),
    "takes nothing": (
        sets("IPA", 2, pr_share=0, mr_share=0, sr_share=0),
        ["AGR-T-005", "IPA-R-003"],
    ),
    "a firm with a first name": (
        sets("IPA", 2, interested_party_writer_first_name="AWA"),
        ["IPA-F-004"],
    ),
    "no society": (
        sets("IPA", pr_affiliation_society=None, mr_affiliation_society=None),
        ["IPA-F-011", "IPA-F-012"],
    ),
    "no society for the mechanical right": (sets("IPA", 2, mr_affiliation_society=None), ["IPA-F-013"]),
    "no name": (sets("IPA", interested_party_last_name=None), ["IPA-F-015"]),
    "unknown territory": (sets("TER", tis_numeric_code="9999"), ["TER-F-002"]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_of_an_agreement_is_named(what: str) -> None:
    change, expected = BROKEN[what]
    records = an_agreement()
    change(records)
    assert codes(written(records)) == expected


def test_a_sound_agreement_has_no_fault() -> None:
    assert codes(written(an_agreement())) == []


def an_answer(status: str = "AS", **changes: object) -> Record:
    values: dict[str, object] = {
        "creation_date": date(2026, 3, 2),
        "creation_time": "093000",
        "original_group_id": 1,
        "original_transaction_sequence": 0,
        "original_transaction_type": "NWR",
        "creation_title": "SONG OF THE SHORE",
        "submitter_creation_number": "W1",
        "processing_date": date(2026, 3, 3),
        "transaction_status": status,
    }
    return make("ACK", **values | changes)


def a_message() -> Record:
    return make(
        "MSG",
        message_type="F",
        original_record_sequence=0,
        message_record_type="NWR",
        message_level="F",
        validation_number="005",
        message_text="COPYRIGHT DATE IS NOT A DAY",
    )


def an_existing_work() -> Records:
    return a_work(kind="EXC")[:5]


def test_an_answer_holds_its_messages_the_work_it_repeats_and_the_works_of_others() -> None:
    content = written([an_answer("CO"), a_message(), *a_work(), *an_existing_work()])
    done, (answer,) = reader(content)
    assert codes(content) == []
    assert [record.record_type for record in answer.records] == ["ACK", "MSG"]
    assert [record.record_type for record in answer.echo] == ["NWR", "SPU", "SPT", "SWR", "SWT", "PWR"]
    assert [[record.record_type for record in each] for each in answer.conflicts] == [
        ["EXC", "SPU", "SPT", "SWR", "SWT"]
    ]
    assert done.groups[0].transactions == 1
    assert (answer.type, answer.header.transaction_status) == ("ACK", "CO")


def test_several_answers_follow_each_other() -> None:
    content = written([an_answer("RA"), *a_work()], [an_answer("RJ"), a_message(), *a_work()])
    done, answers = reader(content)
    assert done.problems == []
    assert [(each.header.transaction_status, len(each.echo)) for each in answers] == [("RA", 6), ("RJ", 6)]


def test_an_answer_without_the_work_is_tolerated_on_import_and_refused_in_strict_reading() -> None:
    content = written([an_answer()])
    assert codes(content) == ["ACK-T-002"]
    done, (answer,) = reader(content, "import")
    assert answer.problems == []
    assert [(each.code, each.level, each.effect) for each in done.problems] == [("ACK-T-002", "warning", None)]


def test_faults_of_the_repeated_work_do_not_refuse_the_answer_on_import() -> None:
    records = a_work()
    records[3].pr_affiliation_society = "996"
    content = written([an_answer(), *records])
    assert [(each.code, each.effect) for each in reader(content, "strict")[1][0].problems] == [("SWR-F-010", "TR")]
    assert [(each.code, each.effect, each.level) for each in reader(content, "import")[1][0].problems] == [
        ("SWR-F-010", None, "warning")
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"transaction_status": "XX"}, ["ACK-F-008"]),
        ({"processing_date": None}, ["ACK-F-007"]),
        ({"creation_title": None}, ["ACK-F-009"]),
    ],
)
def test_a_broken_rule_of_an_answer_is_named(changes: dict[str, object], expected: list[str]) -> None:
    assert codes(written([an_answer(**changes), *a_work()])) == expected


def test_a_message_must_say_what_it_is_about() -> None:
    message = a_message()
    message.message_text = message.message_record_type = message.validation_number = None
    assert codes(written([an_answer(), message, *a_work()])) == ["MSG-F-004", "MSG-F-005", "MSG-F-006"]


def test_the_work_of_another_needs_the_work_that_was_answered() -> None:
    assert codes(written([an_answer("CO"), *an_existing_work()])) == ["ACK-T-002", "ACK-T-003"]
