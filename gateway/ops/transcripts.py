"""What was asked and what was answered about one message: the lines of just this transaction, as sent and as read.

A file may hold thousands of transactions. It is cut at the lines that begin one, and only the wanted one is parsed.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from formats.cwr import Reader
from formats.cwr.showing import as_text
from gateway.ops import lives
from gateway.ops.finding import Entry
from gateway.partners.models import ExchangedFile, Submission
from gateway.registry import queries as registry
from gateway.registry.models import PartnerAnswer

HEADER, GROUP = b"HDR", b"GRH"
CONTROLS = frozenset({HEADER, GROUP, b"GRT", b"TRL"})
SEQUENCE, RECORD = slice(3, 11), slice(11, 19)
"""Where a line of a transaction has its number and the number of the record in it."""
FIRST = b"00000000"
MOST_SHOWN = 20_000
"""Bytes shown of a file that is no CWR; all of it can be downloaded."""


@dataclass(frozen=True, slots=True)
class Block:
    """One transaction of a file: its lines, and those the reader needs to understand them."""

    group: int
    line: int
    head: tuple[bytes, ...]
    lines: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """One transaction in one file. ``original`` are its lines as they are, ``readable`` its records in words."""

    file: ExchangedFile
    original: str
    readable: str


def of_message(session: Session, entry: Entry) -> list[Transcript]:
    """Request and answers of a message of a node, in the order of time."""
    mine = select(Submission).where(Submission.message_id == entry.id)
    references = {row.transmission_id: row.reference for row in session.scalars(mine)}
    record = registry.record(session, entry.node, entry.subject)
    number = "" if record is None else record.number or ""
    found: list[Transcript] = []
    for file in lives.files_of(session, entry.id):
        if file.direction == "out":
            wanted = [references[file.transmission_id]] if file.transmission_id in references else []
            blocks = sent_as(file.content, wanted)
        else:
            blocks = answered_as(file.content, list(references.values()), number if _numbered(session, file) else "")
        found += [Transcript(file, _text(b"\n".join(one.lines)), readable(one)) for one in blocks]
        if not file.content.startswith(HEADER):
            found.append(Transcript(file, _text(file.content[:MOST_SHOWN]), ""))
    return found


def sent_as(content: bytes, references: Sequence[str]) -> list[Block]:
    """The transactions of our file that these references name by group and transaction."""
    places = {tuple(int(part) for part in one.split("/")[1:]) for one in references}
    if not places:
        return []
    return [one for one in blocks(content) if (one.group, int(one.lines[0][SEQUENCE])) in places]


def answered_as(content: bytes, references: Sequence[str], number: str) -> list[Block]:
    """The transactions of a partner's file that answer these references, or give a number to this work of ours."""
    quoted = [_quoted(one) for one in references]
    found = []
    for one in blocks(content):
        first = one.lines[0]
        if first.startswith(b"ACK"):
            hit = any(place in first for place in quoted)
        else:
            hit = bool(number) and number.encode() in first and _work_number(one) == number
        if hit:
            found.append(one)
    return found


def blocks(content: bytes) -> Iterator[Block]:
    """The transactions of a CWR file, without looking into them."""
    header, group, count = b"", b"", 0
    start, lines = 0, list[bytes]()
    for line_number, line in enumerate(content.splitlines(), 1):
        tag = line[:3]
        if lines and (tag in CONTROLS or line[RECORD] == FIRST):
            yield Block(count, start, (header, group), tuple(lines))
            lines = []
        if tag == HEADER:
            header = line
        elif tag == GROUP:
            group, count = line, count + 1
        elif tag not in CONTROLS and (lines or line[RECORD] == FIRST):
            start = start if lines else line_number
            lines.append(line)
    if lines:
        yield Block(count, start, (header, group), tuple(lines))


def readable(block: Block) -> str:
    """The records of a transaction with their fields by name."""
    reader = Reader(io.BytesIO(b"\r\n".join((*block.head, *block.lines, b""))), rules=False)
    for transaction in reader:
        transaction.group, transaction.line = block.group, block.line
        return "\n".join(as_text(transaction))
    return ""


def _work_number(block: Block) -> str:
    reader = Reader(io.BytesIO(b"\r\n".join((*block.head, *block.lines, b""))), rules=False)
    return next((str(getattr(one.header, "submitter_work_number", "") or "") for one in reader), "")


def _numbered(session: Session, file: ExchangedFile) -> bool:
    """Whether a number was given in this file: only then a transaction is found by the number of the work."""
    assigned = select(PartnerAnswer.id).where(
        PartnerAnswer.file_id == file.id, PartnerAnswer.type == "kora.identifier.assigned.v1"
    )
    return session.scalar(assigned.limit(1)) is not None


def _quoted(reference: str) -> bytes:
    """How an acknowledgement quotes a reference: creation date and time, group, transaction, side by side."""
    created, group, transaction = reference.split("/")
    return f"{created[:8]}{created[9:15]}{int(group):05d}{int(transaction):08d}".encode()


def _text(content: bytes) -> str:
    """Original bytes to look at; what is no UTF-8 is read as Windows-1252."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
