"""Nothing is lost between CWR and the model: generated works, and a publisher's whole file."""

import io

from hypothesis import given
from hypothesis import strategies as st

from formats.cwr import Record, Transaction, read
from mappings.cwr import body_digest, from_agreement, from_work, to_agreement, to_work
from mappings.model import Agreement, Work
from tests.mappings.generated import agreements, works
from tests.samples.publisher import publisher_file

VERSIONS = st.sampled_from(["2.1", "2.2"])


def transaction(records: list[Record]) -> Transaction:
    """A transaction as the reader makes it, from records."""
    return Transaction(records[0].record_type, records)


def of_the_publisher(kind: str) -> list[Transaction]:
    return [one for one in read(io.BytesIO(publisher_file(works=35, agreements=12))) if one.type == kind]


@given(VERSIONS.flatmap(lambda version: st.tuples(st.just(version), works(version))))
def test_a_work_written_and_read_is_the_same_work(made: tuple[str, Work]) -> None:
    version, work = made
    records, changes = from_work(work, kind="NWR", version=version, non_roman=True)  # type: ignore[arg-type]
    assert {change.code for change in changes} <= {"publisher-not-controlled"}
    assert to_work(transaction(records), source="import") == (work, ())


@given(VERSIONS.flatmap(lambda version: st.tuples(st.just(version), agreements())))
def test_an_agreement_written_and_read_is_the_same_agreement(made: tuple[str, Agreement]) -> None:
    version, agreement = made
    records = from_agreement(agreement, version=version, non_roman=True)
    assert to_agreement(transaction(records), source="import") == agreement


def test_every_work_of_a_publishers_file_is_written_again_as_it_came() -> None:
    came = of_the_publisher("NWR")
    assert len(came) == 35
    for one in came:
        work, remarks = to_work(one, source="import")
        records, changes = from_work(work, kind="NWR", version="2.1")
        assert (remarks, changes) == ((), ())
        assert body_digest(records) == body_digest(one.records)


def test_every_agreement_of_a_publishers_file_is_written_again_as_it_came() -> None:
    came = of_the_publisher("AGR")
    assert len(came) == 12
    for one in came:
        agreement = to_agreement(one, source="import")
        assert body_digest(from_agreement(agreement, version="2.1")) == body_digest(one.records)


def test_numbers_and_shares_of_an_imported_work_are_the_senders() -> None:
    work, _ = to_work(of_the_publisher("NWR")[3], source="import")
    assert (work.number, work.title.text) == ("TW000003", "LAST RIVER")
    assert [(i.role, i.controlled, i.chain, i.party and i.party.number) for i in work.interests] == [
        ("E", True, 1, "P003"),
        ("E", False, 2, None),
        ("CA", True, None, "W00003"),
        ("A", False, None, None),
        ("", False, None, None),
    ]
    assert work.interests[4].party is None
    assert [link.chain for link in work.interests[2].represented_by] == [1]
    assert work.interests[2].represented_by[0].agreement == "AG00003"
