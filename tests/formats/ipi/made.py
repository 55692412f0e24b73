"""IPI files for tests, all people invented: one party in full, changes of it, and what a reader finds."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from formats.ipi import CodeLists, Reader, Record, Transaction, record_class, write
from tests.builders import an_ipi, an_ipi_base

Records = list[Record]

DAY, CLOCK, OPEN = date(2026, 1, 5), "101112", date(9999, 12, 31)
ADA, ADAS_DOUBLE, FIRM = an_ipi_base(900_000_001), an_ipi_base(900_000_002), an_ipi_base(900_000_003)
ADA_NAME, DJ_NAME, DOUBLE_NAME, FIRM_NAME = (an_ipi(950_000_000 + number) for number in range(1, 5))
STAMP: dict[str, Any] = {"amendment_date": DAY, "amendment_time": CLOCK}
BORN: dict[str, Any] = {"creation_date": DAY, "creation_time": CLOCK}


def make(tag: str, **values: Any) -> Record:
    """One record from keywords."""
    return record_class(tag)(record_type=tag, **values)


def header(**changes: Any) -> Record:
    """The HDR of the register's file of 5 January 2026."""
    values: dict[str, Any] = {
        "sender_type": "SO",
        "sender_id": "080",
        "sender_name": "SUISA",
        "version": "01.00",
        "creation_date": date(2026, 1, 6),
        "creation_time": "010203",
        "transmission_date": date(2026, 1, 6),
    }
    return make("HDR", **values | changes)


def about(
    kind: str, base: str = ADA, number: str = ADA_NAME, status: str = "1", ref: str = "", **changes: Any
) -> Record:
    """The header of a transaction about a party."""
    values: dict[str, Any] = {
        "transaction_date": DAY,
        "transaction_time": CLOCK,
        "remitting_society_code": "080",
        "remitting_society_name": "SUISA",
        "ip_base_number": base,
        "status_code": status,
        "ip_name_number": number,
        "name_type": "PA",
        "ref_ip_base_number": ref or base,
        "ref_status_code": "1",
        "ref_ip_name_number": number,
        "ref_name_type": "PA",
    }
    return make(kind, **values | changes)


def a_person(**changes: Any) -> Record:
    return make(
        "BDN", **{"ip_type": "N", "birth_year": "1970", "birth_place": "SAMPLETOWN", "sex": "F", **STAMP} | changes
    )


def a_status(code: str = "1", ref: str = ADA, since: date = DAY, until: date = OPEN, **changes: Any) -> Record:
    times = {"valid_from_time": CLOCK, "valid_to_time": "235959" if until == OPEN else "101111"}
    values = {"ref_ip_base_number": ref, "status_code": code, "valid_from_date": since, "valid_to_date": until}
    return make("STN", **values | times | STAMP | changes)


def a_name(name: str = "EXAMPLE", first: str | None = "ADA", number: str = ADA_NAME, kind: str = "PA") -> Record:
    return make("NCN", ip_name_number=number, name=name, first_name=first, name_type=kind, **BORN, **STAMP)


def a_spelling(name: str, first: str | None, number: str, parent: str, kind: str = "DF") -> Record:
    return make(
        "ONN", ip_name_number=number, name=name, first_name=first, name_type=kind, parent_ip_name_number=parent,
        **BORN, **STAMP,
    )  # fmt: skip


def a_shared_name(name: str, number: str, member: str, kind: str = "PG", tag: str = "MCN") -> Record:
    return make(tag, ip_name_number=number, name=name, name_type=kind, ip_base_number=member, **BORN, **STAMP)


def a_usage(number: str = ADA_NAME, creation_class: str = "MW", role: str = "MC", tag: str = "NUN") -> Record:
    return make(tag, ip_name_number=number, creation_class=creation_class, role=role)


def a_mandate(society: str = "080", right: str = "PR", tag: str = "MAN", **changes: Any) -> Record:
    values: dict[str, Any] = {
        "society_code": society,
        "creation_class": "MW",
        "role": "MC",
        "right": right,
        "valid_from_date": date(2026, 1, 1),
        "valid_from_time": "000000",
        "valid_to_date": OPEN,
        "valid_to_time": "235959",
        "signature_date": date(2026, 1, 1),
        "share": 10_000,
    }
    return make(tag, **values | STAMP | changes)


def a_territory(code: str = "2136", sign: str = "I", name: str | None = None) -> Record:
    return make("TMA", tisn=code, tisan=name or {"2136": "WORLD"}.get(code), include_exclude=sign)


def ada(kind: str = "IPA") -> Records:
    """A composer with a pseudonym and one mandate for the world."""
    return [
        about(kind),
        a_person(),
        a_status(),
        a_name(),
        a_name("DJ SAMPLE", None, DJ_NAME, "PP"),
        a_mandate(),
        a_territory(),
        a_usage(),
        a_usage(DJ_NAME),
    ]


def a_firm() -> Records:
    """A publisher."""
    return [
        about("IPA", FIRM, FIRM_NAME),
        make("BDN", ip_type="L", birth_year="1999", **STAMP),
        a_status(ref=FIRM),
        a_name("NORTH WIND MUSIC", None, FIRM_NAME),
        a_usage(FIRM_NAME, role="EM"),
    ]


def merged() -> Records:
    """A double of the composer is merged into her."""
    head = about("STA", ADAS_DOUBLE, DOUBLE_NAME, "3", ADA, ref_ip_name_number=ADA_NAME)
    return [head, a_status("1", ADAS_DOUBLE, date(2010, 1, 1), DAY), a_status("3", ADA)]


def written(*transactions: Records, padded: int = 206, **changes: Any) -> bytes:
    """A file; transactions of one type that follow each other share a group."""
    groups: list[tuple[str, list[Sequence[Record]]]] = []
    for records in transactions:
        kind = records[0].record_type
        if not groups or groups[-1][0] != kind:
            groups.append((kind, []))
        groups[-1][1].append(records)
    return b"".join(write(header(**changes), groups, padded=padded))


def numbered(records: Records, transaction: int = 0) -> Records:
    """The records with the numbers a file gives them."""
    for place, record in enumerate(records):
        record.transaction_seq, record.detail_seq = transaction, place
    return records


def reader(content: bytes, lists: CodeLists | None = None) -> tuple[Reader, list[Transaction]]:
    """The reader at its end, and the transactions."""
    made = Reader(io.BytesIO(content), lists)
    return made, list(made)


def codes(content: bytes, lists: CodeLists | None = None) -> list[str]:
    """Codes of all problems, those of transactions first."""
    made, transactions = reader(content, lists)
    return [problem.code for problem in [*(p for t in transactions for p in t.problems), *made.problems]]


def lines_of(content: bytes) -> list[str]:
    return content.decode("cp1252").split("\r\n")[:-1]


def joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252")
