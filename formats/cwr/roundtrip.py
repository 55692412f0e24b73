"""Proof that reading loses nothing: every line read into its record, written again and compared."""

from dataclasses import dataclass
from typing import BinaryIO

from formats.cwr import standard
from formats.cwr.reading import version_of
from formats.fixed_width import ZERO_IS_BLANK, Field, Unfit
from formats.lines import Lines


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a file and the file written again part; columns count from 1."""

    line: int
    column: int
    read: str
    written: str


def compare(stream: BinaryIO) -> Difference | None:
    """The first difference, None when all lines are equal but for padding, line ends and byte order mark.

    Blanks and zeros are the same in numbers, days, times and shares (CWR11-1991R4, field formats).
    """
    version, header = "2.1", ""
    layouts = standard.layouts(version)
    held: list[tuple[int, str]] = []
    for number, line in Lines(stream):
        held.append((number, line))
        if number == 1 and line.startswith("HDR"):
            header = line
            continue
        if header:
            layouts, header = standard.layouts(version_of(header, line)), ""
        for each in held:
            difference = _line(*each, layouts)
            if difference is not None:
                return difference
        held.clear()
    return next(filter(None, (_line(*each, layouts) for each in held)), None)


def _line(number: int, line: str, layouts: standard.Layouts) -> Difference | None:
    record = layouts.get(line[:3])
    if record is None:
        return Difference(number, 1, line, "") if line.strip() else None
    for field in record.FIELDS.values():
        raw = field.cut(line)
        try:
            written = field.write(field.read(raw))
        except (Unfit, ValueError):
            return Difference(number, field.column, raw, "")
        if not _same(field, raw.strip(), written.strip()):
            return Difference(number, field.column, raw, written)
    rest = line[record.WIDTH :]
    return Difference(number, record.WIDTH + 1, rest, "") if rest.strip() else None


def _same(field: Field, raw: str, written: str) -> bool:
    if raw == written:
        return True
    return field.kind in ZERO_IS_BLANK and not raw.strip("0") and not written.strip("0")
