"""Proof that reading loses nothing: every line read into its record, written again and compared."""

from dataclasses import dataclass
from typing import BinaryIO

from formats.fixed_width import Field, Unfit
from formats.ipi.fields import ZERO_IS_BLANK
from formats.ipi.reading import lines_of
from formats.ipi.records import LAYOUTS


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a file and the file written again part; columns count from 1."""

    line: int
    column: int
    read: str
    written: str


def compare(stream: BinaryIO) -> Difference | None:
    """The first difference, None when all lines are equal but for padding, line ends and byte order mark."""
    return next(filter(None, (_line(number, line) for number, line in lines_of(stream))), None)


def _line(number: int, line: str) -> Difference | None:
    record = LAYOUTS.get(line[:3])
    if record is None:
        return Difference(number, 1, line, "") if line.strip() else None
    for field in record.FIELDS.values():
        raw = field.cut(line)
        try:
            written = field.write(field.read(raw))
        except (Unfit, ValueError):
            return Difference(number, field.column, raw, "")
        if not _same(field, raw.rstrip(), written.rstrip()):
            return Difference(number, field.column, raw, written)
    rest = line[record.WIDTH :]
    return Difference(number, record.WIDTH + 1, rest, "") if rest.strip() else None


def _same(field: Field, raw: str, written: str) -> bool:
    if raw == written:
        return True
    return field.kind in ZERO_IS_BLANK and not raw.strip("0") and not written.strip("0")
