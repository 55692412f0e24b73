"""What the records of one transaction must be together. Pure: a transaction goes in, problems come out.

Source: CISAC/SUISA IS/IP/22 Rev 14 draft 3, transactions and their validation.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from formats.fixed_width import Record
from formats.ipi.fields import code_of
from formats.ipi.lists import CodeLists
from formats.ipi.records import LAYOUTS
from formats.ipi.standard import PATRONYM, SHAPES, TYPES_OF, Shape
from formats.ipi.transaction import Transaction
from formats.problems import ERROR, WARNING, Problem

Finding = tuple[str, int, tuple[tuple[str, str], ...]]
"""Code, place of the record in the transaction, and what a sentence needs."""

_USAGES = frozenset({"NUN", "MUN", "INN", "IMN"})


def check(transaction: Transaction, lists: CodeLists) -> list[Problem]:
    """Everything the rules have against a transaction."""
    lines = transaction.lines
    if transaction.strangers:
        lines = [line for at, line in enumerate(lines, transaction.line) if at not in transaction.strangers]
    tags = "".join([line[:3] for line in lines])
    found = [
        _as_problem(code, transaction.records[place], dict(params))
        for code, place, params in structure(transaction.type, tags)
    ]
    if not _names_are_plain(transaction.type, lines):
        found += _names(transaction)
    if tags.count("STN") > 1:
        found += _statuses(transaction.records)
    if lists.entries:
        found += _pairs(transaction.records, lists)
    return found


def _place_of(tag: str, name: str) -> slice:
    field = LAYOUTS[tag].FIELDS[name]
    return slice(field.at, field.at + field.width)


_TYPE_OF_NAME = {tag: _place_of(tag, "name_type") for tag in TYPES_OF}
_FIRST_NAME, _KIND = _place_of("NCN", "first_name"), _place_of("BDN", "ip_type")


def _names_are_plain(kind: str, lines: Sequence[str]) -> bool:
    """Whether a look at the columns shows that there is nothing to say about the names; nearly always there is not."""
    patronyms, firm = 0, False
    for line in lines:
        tag = line[:3]
        if tag in TYPES_OF:
            type_of_name = line[_TYPE_OF_NAME[tag]]
            if type_of_name not in TYPES_OF[tag] or (firm and tag == "NCN" and not line[_FIRST_NAME].isspace()):
                return False
            patronyms += type_of_name == PATRONYM
        elif tag == "BDN":
            firm = line[_KIND] == "L"
    return kind != "IPA" or patronyms == 1


def _as_problem(code: str, record: Record, params: dict[str, Any]) -> Problem:
    return Problem(code, ERROR, "TR", record.line, 1, "record_type", record.record_type, params, record.record_type)


@lru_cache(maxsize=4096)
def structure(kind: str, tags: str) -> tuple[Finding, ...]:
    """What is wrong with the kinds of records and their order. Files repeat the same few orders a million times."""
    shape = SHAPES[kind]
    details = [tags[at : at + 3] for at in range(3, len(tags), 3)]
    return (*_strangers(kind, shape, details), *_counted(kind, shape, details), *_territories(kind, details))


def _strangers(kind: str, shape: Shape, details: Sequence[str]) -> Iterator[Finding]:
    for place, tag in enumerate(details, 1):
        if tag not in shape.allowed:
            yield "KORA-IPI-RECORD", place, (("record", tag), ("transaction", kind))


def _counted(kind: str, shape: Shape, details: Sequence[str]) -> Iterator[Finding]:
    for tag in shape.needs:
        if tag not in details and tag != "TMA":  # a mandate without territories is told at the mandate
            yield "KORA-IPI-DETAILS", 0, (("transaction", kind), ("expected", tag))
    for tag in shape.once:
        if details.count(tag) > 1:
            yield "KORA-IPI-ONCE", _second(details, tag), (("transaction", kind), ("record", tag))
    if shape.one_of and sum(map(details.count, shape.one_of)) != 1:
        yield "KORA-IPI-DETAILS", 0, (("transaction", kind), ("expected", " / ".join(shape.one_of)))


def _second(details: Sequence[str], tag: str) -> int:
    return details.index(tag, details.index(tag) + 1) + 1


def _territories(kind: str, details: Sequence[str]) -> Iterator[Finding]:
    """Every mandate is followed by its territories, and no territory stands alone."""
    for place, (before, tag) in enumerate(pairwise(("", *details, "")), 1):
        if before in {"MAN", "MAO"} and tag != "TMA":
            yield "KORA-IPI-DETAILS", place - 1, (("transaction", kind), ("expected", "TMA"))
        if tag == "TMA" and before not in {"MAN", "MAO", "TMA"}:
            yield "KORA-IPI-RECORD", place, (("record", tag), ("transaction", kind))


def _names(transaction: Transaction) -> Iterator[Problem]:
    patronyms, firm = 0, False
    for record in transaction.records:
        tag = record.record_type
        if tag in TYPES_OF:
            kind = record.name_type
            if kind is not None and kind not in TYPES_OF[tag]:
                yield _field_problem(record, "name_type", "one_of_these", expected=" ".join(sorted(TYPES_OF[tag])))
            if tag == "NCN":
                patronyms += kind == PATRONYM
                if firm and record.first_name:
                    yield _field_problem(record, "first_name", "blank", mild=True)
        elif tag == "BDN":
            firm = record.ip_type == "L"
    if transaction.type == "IPA" and patronyms != 1:
        params = {"transaction": "IPA", "expected": f"1 NCN {PATRONYM}"}
        yield _as_problem("KORA-IPI-DETAILS", transaction.header, params)


def _field_problem(record: Record, name: str, condition: str, *, mild: bool = False, expected: str = "") -> Problem:
    field, value = record.FIELDS[name], getattr(record, name) or ""
    params = {"condition": condition, "field": name, "value": value, "expected": expected}
    level, effect = (WARNING, None) if mild else (ERROR, "TR")
    return Problem(
        code_of(condition), level, effect, record.line, field.column, name, value, params, record.record_type
    )


def _statuses(records: Sequence[Record]) -> Iterator[Problem]:
    """At any instant a party has exactly one status: each period begins where the one before ends."""
    periods = [record for record in records if record.record_type == "STN" and record.valid_from_date is not None]
    periods.sort(key=lambda record: (record.valid_from_date, record.valid_from_time or ""))
    for before, after in pairwise(periods):
        ends = (before.valid_to_date, before.valid_to_time or "")
        begins = (after.valid_from_date, after.valid_from_time or "")
        # Real periods end one second before the next begins, or in the same second.
        if before.valid_to_date is None or ends > begins or (after.valid_from_date - before.valid_to_date).days > 1:
            place = after.FIELDS["valid_from_date"]
            value = f"{after.valid_from_date:%Y%m%d}"
            params = {"field": place.name, "value": value}
            yield Problem(
                "KORA-IPI-STATUS", WARNING, None, after.line, place.column, place.name, value, params, "STN"
            )  # fmt: skip


def _pairs(records: Sequence[Record], lists: CodeLists) -> Iterator[Problem]:
    """Class with role, and class with right, as the lists of the register pair them."""
    for record in records:
        tag = record.record_type
        if tag in _USAGES or tag == "MAN":
            if lists.holds("RCC", record.creation_class or "", record.role or "") is False:
                yield _field_problem(record, "role", "listed", mild=True)
            if tag == "MAN" and lists.holds("IRI", record.creation_class or "", record.right or "") is False:
                yield _field_problem(record, "right", "listed", mild=True)
