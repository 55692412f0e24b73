"""Correcting single fields of a file before they are judged again. Pure but for reading the stream it is given.

The bytes that came are never changed: a correction says what a field shall say instead, in one line or wherever the
same text stands in the same field, and the reader is given the lines with it.
"""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import IO, BinaryIO, cast

from formats.cwr import ReadContext, Reader, Transaction
from formats.cwr.standard import VERSIONS, layouts
from formats.fixed_width import CLOCK, DAY, NUMBER, SHARE, Field
from formats.problems import Problem

_BOM = b"\xef\xbb\xbf"
_NUMERIC = frozenset({NUMBER, SHARE, DAY, CLOCK})
_IN_MEMORY = 1 << 22


class CannotCorrect(ValueError):
    """The text cannot stand in the field; the argument is ``length``, ``letters`` or ``field``."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a field shall say. ``line`` None: in every line of the record type in which it says ``old``."""

    line: int | None
    record: str
    field: str
    old: str
    new: str


def field_of(record: str, field: str, version: str | None) -> Field | None:
    """The field a problem speaks of; None for one that no single field can mend."""
    if version not in VERSIONS:
        return None
    layout = layouts(version).get(record)
    found = layout.FIELDS.get(field) if layout is not None else None
    return None if found is None or field == "record_type" else found


def can_be_corrected(problem: Problem, version: str | None) -> bool:
    """Whether a person can mend a problem by typing one field anew."""
    if problem.line is None or not problem.field or not problem.record:
        return False
    return field_of(problem.record, problem.field, version) is not None


def fitted(field: Field, text: str, encoding: str | None) -> str:
    """A text as it stands in the field, numbers with their zeros. Raises CannotCorrect."""
    text = text.strip()
    if text.isascii() and text.isdigit() and field.kind in _NUMERIC:
        text = text.rjust(field.width, "0")
    if len(text) > field.width:
        raise CannotCorrect("length")
    if not text.isprintable():
        raise CannotCorrect("letters")
    try:
        text.encode(_codec(encoding))
    except UnicodeEncodeError as error:
        raise CannotCorrect("letters") from error
    return text.ljust(field.width)


def corrected_line(line: str, number: int, changes: Iterable[Change], version: str, encoding: str | None) -> str:
    """A line with every change that concerns it."""
    for one in changes:
        if line[:3] != one.record or one.line not in (None, number):
            continue
        field = field_of(one.record, one.field, version)
        if field is None or field.cut(line).rstrip() != one.old.rstrip():
            continue
        padded = line.ljust(field.at + field.width)
        line = padded[: field.at] + fitted(field, one.new, encoding) + padded[field.at + field.width :]
    return line


def corrected_file(
    source: BinaryIO, changes: Sequence[Change], version: str, encoding: str | None
) -> AbstractContextManager[IO[bytes]]:
    """A file with its changes, to be read and thrown away; lines without one are the same bytes."""
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # the caller closes it
    kinds = tuple(one.record.encode() for one in changes)
    for number, raw in enumerate(source, 1):
        marked = number == 1 and raw.startswith(_BOM)
        body = raw[len(_BOM) :] if marked else raw
        if body.startswith(kinds):
            text = body.decode(_codec(encoding), "replace")
            plain = text.rstrip("\r\n")
            better = corrected_line(plain, number, changes, version, encoding)
            if better != plain:
                body = (better.rstrip() + text[len(plain) :]).encode(_codec(encoding), "replace")
        copy.write(_BOM + body if marked else body)
    copy.seek(0)
    return copy


def judged(lines: Sequence[str], *, first: int, header: str, version: str, context: ReadContext) -> Transaction | None:
    """One transaction judged again by the reader of files, between the header of its file and a trailer of ours."""
    kind, number = lines[0][:3], version.replace("2.1", "02.10").replace("2.2", "02.20")
    around = [header, f"GRH{kind}00001{number}{'0' * 10}  "]
    ends = [f"GRT00001{1:08d}{len(lines) + 2:08d}   {'0' * 10}", f"TRL00001{1:08d}{len(lines) + 4:08d}"]
    text = "\r\n".join([*around, *lines, *ends])
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as stream:
        stream.write(text.encode())
        stream.seek(0)
        transaction = next(iter(Reader(cast(BinaryIO, stream), "import", context)), None)
    if transaction is None:
        return None
    shift = first - transaction.line
    transaction.line = first
    transaction.problems = [
        replace(one, line=one.line + shift) if one.line is not None else one for one in transaction.problems
    ]
    return transaction


def texts_of(source: BinaryIO, numbers: Iterable[int], encoding: str | None) -> dict[int, str]:
    """Some lines of a file by their numbers, as they stand there."""
    wanted = set(numbers)
    found: dict[int, str] = {}
    for number, raw in enumerate(source, 1):
        if number in wanted:
            found[number] = raw.removeprefix(_BOM).decode(_codec(encoding), "replace").rstrip("\r\n")
            if len(found) == len(wanted):
                break
    return found


def _codec(encoding: str | None) -> str:
    return "cp1252" if (encoding or "").startswith("cp1252") else "ascii" if encoding == "ascii" else "utf-8"
