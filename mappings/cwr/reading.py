"""From CWR records to a work: NWR, REV, ISW and EXC transactions, and the work echoed under an acknowledgement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from formats.cwr import Record, Transaction
from mappings.cwr.parties import publisher_interest, writer_interest
from mappings.cwr.values import texts_of
from mappings.latin import LATIN, script_of
from mappings.model import Annex, Identifier, Interest, Representation, Title, Work

WORK_TAGS = frozenset({"NWR", "REV", "ISW", "EXC"})
PUBLISHER_TAGS = frozenset({"SPU", "OPU"})
WRITER_TAGS = frozenset({"SWR", "OWR"})
_BELOW_A_PARTY = frozenset({"NPN", "SPT", "OPT", "NWN", "SWT", "OWT", "PWR"})

_NOT_DETAILS = frozenset({"work_title", "language_code", "submitter_work_number", "iswc"})
"""Fields of the work's own record that have a place of their own in the model."""

PRIVATE_LEFT_OUT = "private-left-out"
UNKNOWN_WITH_NAME = "unknown-with-name"


class NoWork(ValueError):
    """The records hold no NWR, REV, ISW or EXC line."""


@dataclass(slots=True)
class _Block:
    """A publisher or writer line with the lines that belong to it."""

    head: Record
    below: list[Record] = field(default_factory=list)


def to_work(transaction: Transaction, *, source: str) -> tuple[Work, tuple[str, ...]]:
    """The work a transaction is about, and remark codes.

    An ACK gives the work it echoes. ``source`` is kept with every identifier: ``import`` or a partner's name.
    Numbers are the sender's; a node that takes the work over gives its own.
    Raises NoWork for a transaction without a work (an ACK that echoes nothing, an AGR).
    """
    return work_of(transaction.echo if transaction.type == "ACK" else transaction.records, source=source)


def work_of(records: Sequence[Record], *, source: str) -> tuple[Work, tuple[str, ...]]:
    """As ``to_work``, from the records alone, the work's own record first (an EXC under an ACK, for instance)."""
    if not records or records[0].record_type not in WORK_TAGS:
        raise NoWork
    head, details = records[0], records[1:]
    blocks = _blocks(details)
    iswc = (Identifier("iswc", head.iswc, source=source),) if head.iswc else ()
    work = Work(
        titles=_titles(head, details),
        interests=_interests(blocks, source),
        number=head.submitter_work_number,
        identifiers=iswc,
        details=texts_of(head, without=_NOT_DETAILS),
        annexes=tuple(_annexes(details)),
    )
    return work, _remarks(blocks)


def _titles(head: Record, details: Iterable[Record]) -> tuple[Title, ...]:
    """All titles: an original one in another script first, because it is the work's own, then the Latin ones."""
    main = Title(head.work_title, "OT", _lower(head.language_code), LATIN)
    latin, others = [main], []
    for record in details:
        if record.record_type == "ALT" and record.alternate_title:
            latin.append(Title(record.alternate_title, record.title_type or "AT", _lower(record.language_code), LATIN))
        elif record.record_type == "NAT" and record.title:
            script = script_of(record.title)
            others.append(Title(record.title, record.title_type or "AT", _lower(record.language_code), script))
    own = [title for title in others if title.kind == "OT"]
    return (*own, *latin, *(title for title in others if title.kind != "OT"))


def _blocks(details: Iterable[Record]) -> list[_Block]:
    """The party lines, each with its names, territories and links."""
    blocks: list[_Block] = []
    for record in details:
        if record.record_type in PUBLISHER_TAGS | WRITER_TAGS:
            blocks.append(_Block(record))
        elif record.record_type in _BELOW_A_PARTY and blocks:
            blocks[-1].below.append(record)
    return blocks


def _interests(blocks: Sequence[_Block], source: str) -> tuple[Interest, ...]:
    """Publishers with their chains and writers with the publishers that represent them."""
    openers: dict[int, Record] = {}
    for block in blocks:
        if block.head.record_type in PUBLISHER_TAGS:
            openers.setdefault(block.head.publisher_sequence_number or 0, block.head)
    return tuple(
        publisher_interest(block.head, block.below, source=source)
        if block.head.record_type in PUBLISHER_TAGS
        else writer_interest(block.head, block.below, _representations(block.below, openers), source=source)
        for block in blocks
    )


def _representations(below: Iterable[Record], openers: Mapping[int, Record]) -> tuple[Representation, ...]:
    """The links of one writer. CWR 2.1 names the publisher by number only: the first chain it opens is meant."""
    links = []
    for record in below:
        if record.record_type != "PWR":
            continue
        number, name = record.publisher_interested_party_number, record.publisher_name
        chain = getattr(record, "publisher_sequence_number", None) or _chain_opened_by(number, openers)
        opener = openers.get(chain) if chain is not None else None
        known = opener is not None and number in (None, opener.interested_party_number)
        links.append(
            Representation(
                publisher_number=None if known else number,
                publisher_name=None if known else name,
                chain=chain,
                agreement=record.submitter_agreement_number,
                society_agreement=record.society_assigned_agreement_number,
            )
        )
    return tuple(links)


def _chain_opened_by(number: str | None, openers: Mapping[int, Record]) -> int | None:
    """The first chain a publisher number opens."""
    return next((chain for chain, head in openers.items() if number and head.interested_party_number == number), None)


def _annexes(details: Iterable[Record]) -> Iterable[Annex]:
    """Every other record, field by field as text."""
    known = PUBLISHER_TAGS | WRITER_TAGS | _BELOW_A_PARTY | {"ALT", "NAT"}
    return (Annex(record.record_type, texts_of(record)) for record in details if record.record_type not in known)


def _remarks(blocks: Iterable[_Block]) -> tuple[str, ...]:
    """What was left out or understood differently, each code once."""
    found = []
    for block in blocks:
        head = block.head
        publisher = head.record_type in PUBLISHER_TAGS
        if head.tax_id or (not publisher and head.personal_number):
            found.append(PRIVATE_LEFT_OUT)
        unknown = head.publisher_unknown_indicator if publisher else head.writer_unknown_indicator
        if unknown == "Y" and (head.publisher_name if publisher else head.writer_last_name):
            found.append(UNKNOWN_WITH_NAME)
    return tuple(dict.fromkeys(found))


def _lower(language: str | None) -> str | None:
    """Language codes are lower case in the model."""
    return language.lower() if language else None
