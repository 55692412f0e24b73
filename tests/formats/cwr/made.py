"""CWR files for tests: a sound work and a sound agreement, and what a reader finds in a changed one."""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from formats.cwr import ReadContext, Reader, Record, Transaction, record_class, write
from tests.builders import an_ipi

Records = list[Record]
WORLD, GREAT_BRITAIN = "2136", "0826"


def make(tag: str, version: str = "2.1", **values: Any) -> Record:
    """One record from keywords."""
    return record_class(tag, version)(record_type=tag, **values)


def header(version: str = "2.1", **changes: Any) -> Record:
    """The HDR of a society."""
    values: dict[str, Any] = {
        "sender_type": "SO",
        "sender_id": "000000052",
        "sender_name": "PRS",
        "edi_standard_version": "01.10",
        "creation_date": date(2026, 3, 2),
        "creation_time": "093000",
        "transmission_date": date(2026, 3, 2),
    }
    return make("HDR", version, **values | changes)


def a_work(version: str = "2.1", kind: str = "NWR") -> Records:
    """A writer and his publisher, half and half, collecting in the world: NWR SPU SPT SWR SWT PWR."""
    link = {"publisher_sequence_number": 1} if version == "2.2" else {}
    return [
        make(
            kind,
            version,
            work_title="SONG OF THE SHORE",
            submitter_work_number="W2" if kind == "REV" else "W1",
            musical_work_distribution_category="POP",
            recorded_indicator="U",
            version_type="ORI",
        ),
        make(
            "SPU",
            version,
            publisher_sequence_number=1,
            interested_party_number="P1",
            publisher_name="BAOBAB EDITIONS",
            publisher_type="E",
            publisher_ipi_name_number=an_ipi(101),
            pr_ownership_share=5000,
            mr_ownership_share=10000,
            sr_ownership_share=10000,
        ),
        territory("SPT", "P1", 5000, 10000, 10000, version=version),
        make(
            "SWR",
            version,
            interested_party_number="W1",
            writer_last_name="DIALLO",
            writer_first_name="AWA",
            writer_designation_code="CA",
            writer_ipi_name_number=an_ipi(102),
            pr_ownership_share=5000,
            mr_ownership_share=0,
            sr_ownership_share=0,
        ),
        territory("SWT", "W1", 5000, 0, 0, version=version),
        make(
            "PWR",
            version,
            publisher_interested_party_number="P1",
            publisher_name="BAOBAB EDITIONS",
            writer_interested_party_number="W1",
            **link,
        ),
    ]


def territory(
    tag: str, party: str | None, pr: int, mr: int, sr: int, *, sign: str = "I", tis: str = WORLD, number: int = 1,
    version: str = "2.1",
) -> Record:  # fmt: skip
    """A collection line."""
    values: dict[str, Any] = {
        "interested_party_number": party,
        "pr_collection_share": pr,
        "mr_collection_share": mr,
        "sr_collection_share": sr,
        "inclusion_exclusion_indicator": sign,
        "tis_numeric_code": tis,
        "sequence_number": number,
    }
    if tag in {"SPT", "OPT"}:
        values["constant_1"] = None
    return make(tag, version, **values)


def an_agreement() -> Records:
    """A writer gives half of the performing and all of the other rights to a publisher."""
    return [
        make(
            "AGR",
            submitter_agreement_number="AG1",
            agreement_type="OG",
            agreement_start_date=date(2020, 1, 1),
            prior_royalty_status="N",
            post_term_collection_status="N",
            number_of_works=1,
        ),
        make("TER", inclusion_exclusion_indicator="I", tis_numeric_code=WORLD),
        _party("AS", "W1", "DIALLO", pr_share=5000),
        _party("AC", "P1", "BAOBAB EDITIONS", pr_share=5000, mr_share=10000, sr_share=10000),
    ]


def _party(role: str, number: str, name: str, **shares: int) -> Record:
    return make(
        "IPA",
        agreement_role_code=role,
        interested_party_number=number,
        interested_party_last_name=name,
        pr_affiliation_society="052",
        mr_affiliation_society="052",
        sr_affiliation_society="052",
        **shares,
    )


def the(records: Iterable[Record], tag: str, nth: int = 1) -> Record:
    """The nth record of a type."""
    return [record for record in records if record.record_type == tag][nth - 1]


def written(*transactions: Sequence[Record], version: str = "2.1", head: Record | None = None) -> bytes:
    """The bytes of a file with one group a transaction type, in the order met."""
    groups: dict[str, list[Sequence[Record]]] = {}
    for records in transactions:
        groups.setdefault(records[0].record_type, []).append(records)
    return b"".join(write(head or header(version), groups.items(), version=version))


def put(content: bytes, tag: str, field: str, raw: str, *, nth: int = 1, version: str = "2.1") -> bytes:
    """The file with other raw text in one field of the nth line of a type."""
    place = record_class(tag, version).FIELDS[field]
    lines = content.decode("cp1252").split("\r\n")
    at = [number for number, line in enumerate(lines) if line.startswith(tag)][nth - 1]
    line = lines[at].ljust(place.at + place.width)
    lines[at] = line[: place.at] + raw.ljust(place.width)[: place.width] + line[place.at + place.width :]
    return "\r\n".join(lines).encode("cp1252")


def reader(
    content: bytes, profile: str = "strict", context: ReadContext | None = None
) -> tuple[Reader, list[Transaction]]:
    """A reader that has read to the end, and its transactions."""
    done = Reader(io.BytesIO(content), profile, context)
    return done, list(done)


def codes(content: bytes, profile: str = "strict", context: ReadContext | None = None) -> list[str]:
    """Every code found, file and transactions, sorted."""
    done, transactions = reader(content, profile, context)
    found = [*done.problems, *(problem for each in transactions for problem in each.problems)]
    return sorted(problem.code for problem in found)


def faults_of(change: Callable[[Records], Any], version: str = "2.1", kind: str = "NWR") -> set[str]:
    """The codes found after a change to the sound work."""
    records = a_work(version, kind)
    change(records)
    return set(codes(written(records, version=version)))
