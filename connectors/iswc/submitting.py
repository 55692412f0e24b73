"""From a batch to what the agency is sent, and from its outcomes to answers. Pure.

What the agency would refuse is answered here without a call: ``needs-data`` with the rules and the fields of the work.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from connectors.contract import Answer, Awaited, Batch, Item
from connectors.iswc.client import body_of
from connectors.iswc.settings import IswcSettings
from formats.iswc import transactions as t
from formats.iswc.rules import References, check
from mappings import messages
from mappings.cwr import CannotBeSent
from mappings.iswc import from_work
from mappings.model import Acknowledged, Reason, Refusal, Remark, Work

PARTNER = "iswc"
SENT = frozenset({"kora.work.registered.v1", "kora.work.updated.v1"})
WITHDRAWN = "kora.work.withdrawn.v1"
ACCEPTED, REJECTED = "AS", "RJ"
"""Statuses of ``acknowledgement_statuses.csv``: fully accepted and rejected say the same at the agency."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One work that goes to the agency."""

    item: Item
    reference: str
    work: t.Add | t.Update | t.Delete
    digest: str

    @property
    def awaited(self) -> Awaited:
        """How the gateway finds it again."""
        return Awaited(self.item.message_id, self.item.subject, self.reference, self.digest)


@dataclass(frozen=True, slots=True)
class Plan:
    """A batch before anything is sent: what goes, what is answered here, and what has not changed."""

    adds: tuple[Prepared, ...] = ()
    updates: tuple[Prepared, ...] = ()
    deletes: tuple[Prepared, ...] = ()
    answers: tuple[Answer, ...] = ()
    unchanged: tuple[str, ...] = ()


class CannotUse(Exception):
    """The item cannot be sent; ``answer`` says so."""

    def __init__(self, item: Item, code: str, reasons: Iterable[Reason]) -> None:
        super().__init__(code)
        self.answer = refused(item, code, reasons)


def plan(batch: Batch, settings: IswcSettings, known: References) -> Plan:
    """Sort a batch. A work that changed twice in it goes once, as it is now."""
    last = {item.subject: item for item in batch.items}
    kept = {id(item) for item in last.values()}
    unchanged = [item.message_id for item in batch.items if id(item) not in kept]
    prepared: list[Prepared] = []
    answers: list[Answer] = []
    for place, item in enumerate(last.values(), 1):
        try:
            one = _prepared(item, reference(batch, place), settings, known)
        except CannotUse as error:
            answers.append(error.answer)
            continue
        if one.digest == item.last_digest:
            unchanged.append(item.message_id)
        else:
            prepared.append(one)
    by_kind = {
        kind: tuple(one for one in prepared if isinstance(one.work, kind)) for kind in (t.Add, t.Update, t.Delete)
    }
    return Plan(by_kind[t.Add], by_kind[t.Update], by_kind[t.Delete], tuple(answers), tuple(unchanged))


def reference(batch: Batch, place: int) -> str:
    """What we call one work of a batch: the sender, the instant of the batch, and its place from 1."""
    return f"{batch.sender.code}/{batch.created.astimezone(UTC):%Y%m%dT%H%M%SZ}/{place}"


def _prepared(item: Item, called: str, settings: IswcSettings, known: References) -> Prepared:
    if item.type not in SENT | {WITHDRAWN}:
        raise CannotUse(item, "unknown-type", [Reason("unknown-type", "type")])
    try:
        work = messages.from_json(Work, item.data)
        if item.type == WITHDRAWN:
            return _withdrawal(item, called, work, settings)
        sent = from_work(work, agency=settings.agency, source_db=settings.source_db)
    except ValidationError as error:
        raise CannotUse(item, "unreadable", messages.reasons(error)) from error
    except CannotBeSent as error:
        raise CannotUse(item, error.status, [Reason(error.code, error.field)]) from error
    submission: t.Add | t.Update = sent.submission
    if item.accepted_before and submission.iswc is not None:
        submission = as_update(sent.submission, submission.iswc)
    breaches = check(submission, known).breaches
    if breaches:
        reasons = dict.fromkeys(Reason(each.rule, sent.field(each.fault.where)) for each in breaches)
        raise CannotUse(item, "needs-data", reasons)
    # A number we were given changes nothing of what we say, so it is no reason to say it again.
    body = body_of(replace(sent.submission, iswc=None))
    return Prepared(item, called, submission, hashlib.sha256(body).hexdigest())


def _withdrawal(item: Item, called: str, work: Work, settings: IswcSettings) -> Prepared:
    """A work to be taken back; its number is looked up when it is sent."""
    delete = t.Delete(
        agency=settings.agency,
        source_db=settings.source_db,
        work_code=work.number,
        title=work.title.text,
        reason=settings.deletion_reason,
    )
    return Prepared(item, called, delete, hashlib.sha256(b"withdrawn").hexdigest())


def as_update(work: t.Add, number: str) -> t.Update:
    """The same work as a change on the number it has."""
    said: dict[str, Any] = {field.name: getattr(work, field.name) for field in fields(t.Update)}
    return t.Update(**{**said, "iswc": number})


def calls_of(made: Plan, at_once: int) -> int:
    """How many calls a plan takes when nothing unforeseen is answered; a deletion is looked up first."""
    return _pages(made.adds, at_once) + _pages(made.updates, at_once) + 2 * len(made.deletes)


def _pages(works: Sequence[Prepared], at_once: int) -> int:
    return -(-len(works) // at_once)


def accepted(one: Prepared, number: str | None, *, now: datetime, known_as: str | None = None) -> Answer:
    """The agency took the work; ``number`` is its preferred ISWC."""
    said = _said(one, ACCEPTED, now, iswc=number, partner_number=known_as)
    return Answer(said, one.item.subject, one.reference, one.item.message_id)


def rejected(one: Prepared, code: str, text: str, *, now: datetime) -> Answer:
    """The agency refuses the work by one of its rules, for an operator and the node to read."""
    said = _said(one, REJECTED, now, remarks=(Remark(text, code, "T"),))
    return Answer(said, one.item.subject, one.reference, one.item.message_id)


def _said(one: Prepared, status: str, now: datetime, **more: Any) -> Acknowledged:
    return Acknowledged(
        partner=PARTNER, status=status, number=one.work.work_code or "", title=one.work.title,
        processed_on=now.date(), received_at=now, reference=one.reference, **more,
    )  # fmt: skip


def refused(item: Item, code: str, reasons: Iterable[Reason]) -> Answer:
    """Our own answer about an item that is not sent."""
    said = Refusal(message=item.message_id, code=code, type=item.type, reasons=tuple(reasons))
    return Answer(said, subject=item.subject, message_id=item.message_id)
