"""From a batch to one CWR file: which works go in, which need no sending, which are refused and why. Pure."""

import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from pydantic import ValidationError

from connectors.contract import Answer, Awaited, Batch, Delivery, ExchangedFile, Item, PartnerFailure
from formats.cwr import CannotWrite, ReadContext, Reader, Record, filename, record_class, write
from formats.problems import ERROR, Problem
from mappings import messages
from mappings.cwr import CannotBeSent, body_digest, from_work, reference
from mappings.model import Reason, Refusal, Work

SENT = frozenset({"kora.work.registered.v1", "kora.work.updated.v1"})
WITHDRAWN = "kora.work.withdrawn.v1"
Kind = Literal["NWR", "REV"]
Version = Literal["2.1", "2.2"]
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The groups of a file in their order."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A work as it will stand in the file."""

    item: Item
    kind: Kind
    records: Sequence[Record]
    digest: str


@dataclass(frozen=True, slots=True)
class Transmission:
    """What the partner gets and what we already know about the items. Without ``name`` there is no file to send."""

    delivery: Delivery
    name: str | None = None
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Format:
    """How this partner wants its files."""

    version: Version
    non_roman: bool
    societies: Mapping[str, str]


def transmission(batch: Batch, form: Format) -> Transmission:
    """Everything about a batch before anything is sent.

    Raises PartnerFailure F4 when our own header is at fault: then no work is to blame.
    """
    due, superseded = _last_of_each(batch.items)
    prepared, answers, unchanged = _prepared(due, form)
    clean, content, refused = _without_faults(prepared, batch, form)
    delivery = Delivery(answers=(*answers, *refused), unchanged=(*superseded, *unchanged))
    if not clean:
        return Transmission(delivery)
    name = _name(batch)
    file = ExchangedFile(name, hashlib.sha256(content).hexdigest(), content)
    return Transmission(replace(delivery, awaited=_awaited(clean, batch), files=(file,)), name, content)


def _last_of_each(items: Iterable[Item]) -> tuple[list[Item], list[str]]:
    """A work that changed twice while the window was open goes out once, as it is now (a file has it only once)."""
    last = {item.subject: item for item in items}
    kept = {id(item) for item in last.values()}
    return list(last.values()), [item.message_id for item in items if id(item) not in kept]


def _prepared(items: Iterable[Item], form: Format) -> tuple[list[Prepared], list[Answer], list[str]]:
    """The works to send, answers for those that cannot be sent, and ids of those whose body has not changed."""
    prepared, answers, unchanged = [], [], []
    for item in items:
        try:
            one = _as_records(item, form)
        except _CannotUse as error:
            answers.append(error.answer)
            continue
        if one.digest == item.last_digest:
            unchanged.append(item.message_id)
        else:
            prepared.append(one)
    return prepared, answers, unchanged


class _CannotUse(Exception):
    """The item cannot become a transaction; ``answer`` says so."""

    def __init__(self, item: Item, code: str, reasons: Iterable[Reason]) -> None:
        super().__init__(code)
        self.answer = _refusal(item, code, reasons)


def _as_records(item: Item, form: Format) -> Prepared:
    if item.type == WITHDRAWN:
        raise _CannotUse(item, "not-expressible", [Reason("withdrawal")])
    if item.type not in SENT:
        raise _CannotUse(item, "unknown-type", [Reason("unknown-type", "type")])
    kind: Kind = "REV" if item.accepted_before else "NWR"
    try:
        work = messages.from_json(Work, item.data)
        records, _ = from_work(work, kind=kind, version=form.version, non_roman=form.non_roman)
        _check_texts(records, form)
    except ValidationError as error:
        raise _CannotUse(item, "unreadable", messages.reasons(error)) from error
    except CannotBeSent as error:
        raise _CannotUse(item, error.status, [Reason(error.code, error.field)]) from error
    except CannotWrite as error:
        raise _CannotUse(item, "not-expressible", [Reason(error.reason, f"{error.record}.{error.field}")]) from error
    return Prepared(item, kind, records, body_digest(records))


def _check_texts(records: Sequence[Record], form: Format) -> None:
    """Let one work that a line of the file cannot carry be refused alone. Raises CannotWrite.

    A line end inside a text would begin a record of somebody else's making, so control characters never leave.
    """
    for record in records:
        for field, value in record.values():
            if isinstance(value, str) and _CONTROL.search(value):
                raise CannotWrite(record.record_type, field.name, value, "control-character")
    header = record_class("HDR", form.version)(record_type="HDR", sender_type="SO", character_set=_characters(form))
    for _ in write(header, [("NWR", [records])], version=form.version):
        pass


def _without_faults(
    prepared: Sequence[Prepared], batch: Batch, form: Format
) -> tuple[list[Prepared], bytes, list[Answer]]:
    """The file without those works the standard would reject, and a refusal for each of these."""
    clean = list(prepared)
    refused: list[Answer] = []
    while clean:
        content = _written(clean, batch, form)
        faults = _faults(content, clean, batch, form)
        if not faults:
            return clean, content, refused
        refused += [
            _refusal(one.item, "cwr-rules", _reasons(faults[at])) for at, one in enumerate(clean) if at in faults
        ]
        clean = [one for at, one in enumerate(clean) if at not in faults]
    return [], b"", refused


def _written(prepared: Sequence[Prepared], batch: Batch, form: Format) -> bytes:
    """The bytes of the file. Every work in it was written before, so what fails now is the header."""
    try:
        return b"".join(write(_header(batch, form), _groups(prepared), version=form.version))
    except CannotWrite as error:
        raise PartnerFailure("F4", f"our own header cannot be written: {error.field}, {error.reason}") from error


def _groups(prepared: Iterable[Prepared]) -> list[tuple[str, list[Sequence[Record]]]]:
    by_kind = {kind: [one.records for one in prepared if one.kind == kind] for kind in KINDS}
    return [(kind, transactions) for kind, transactions in by_kind.items() if transactions]


def _in_file_order(prepared: Iterable[Prepared]) -> list[Prepared]:
    """As the groups have them; sorting is stable."""
    return sorted(prepared, key=lambda one: KINDS.index(one.kind))


def _faults(content: bytes, prepared: Sequence[Prepared], batch: Batch, form: Format) -> dict[int, list[Problem]]:
    """What the strict reader holds against our own works, by their place in ``prepared``."""
    societies = {**form.societies, batch.sender.code: batch.sender.name}
    reader = Reader(io.BytesIO(content), "strict", ReadContext(societies=societies))
    places = {id(one): at for at, one in enumerate(prepared)}
    faults = {}
    for one, transaction in zip(_in_file_order(prepared), reader, strict=True):
        if errors := [problem for problem in transaction.problems if problem.level == ERROR]:
            faults[places[id(one)]] = errors
    ours = [problem for problem in reader.problems if problem.level == ERROR]
    if ours:
        codes = ", ".join(sorted({problem.code for problem in ours}))
        raise PartnerFailure("F4", f"the file itself would be rejected: {codes}")
    return faults


def _header(batch: Batch, form: Format) -> Record:
    created = batch.created
    more: dict[str, Any] = (
        {"version": "2.2", "revision": 2, "software_package": "KORA"} if form.version == "2.2" else {}
    )
    return record_class("HDR", form.version)(
        record_type="HDR",
        sender_type=batch.sender.type,
        sender_id=(batch.sender.code if batch.sender.type == "SO" else batch.sender.ipi or "")[-9:].zfill(9),
        sender_name=batch.sender.name.upper(),
        edi_standard_version="01.10",
        creation_date=created.date(),
        creation_time=f"{created:%H%M%S}",
        transmission_date=created.date(),
        character_set=_characters(form),
        **more,
    )


def _characters(form: Format) -> str | None:
    return "UTF-8" if form.non_roman else None


def _name(batch: Batch) -> str:
    try:
        return filename.build(
            year=batch.created.year,
            number=batch.file_number,
            sender=batch.sender.code,
            receiver=batch.receiver,
            version=batch.version,
        )
    except ValueError as error:
        raise PartnerFailure("F4", str(error)) from error


def _awaited(prepared: Sequence[Prepared], batch: Batch) -> tuple[Awaited, ...]:
    """One reference a work: file, group and transaction (which CWR counts from zero)."""
    awaited = []
    groups = {kind: group for group, (kind, _) in enumerate(_groups(prepared), 1)}
    places = dict.fromkeys(KINDS, 0)
    for one in _in_file_order(prepared):
        quoted = reference(batch.created, groups[one.kind], places[one.kind])
        awaited.append(Awaited(one.item.message_id, one.item.subject, quoted, one.digest))
        places[one.kind] += 1
    return tuple(awaited)


def _refusal(item: Item, code: str, reasons: Iterable[Reason]) -> Answer:
    said = Refusal(message=item.message_id, code=code, type=item.type, reasons=tuple(reasons))
    return Answer(said, subject=item.subject, message_id=item.message_id)


def _reasons(problems: Iterable[Problem]) -> list[Reason]:
    """The rules a work breaks, each field once."""
    found = {
        (problem.code, f"{problem.record}.{problem.field}" if problem.field else problem.record) for problem in problems
    }
    return [Reason(code, field) for code, field in sorted(found, key=lambda pair: (pair[0], pair[1] or ""))]
