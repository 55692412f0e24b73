"""Proof that reading EDI loses nothing: every line read into its record, written again and compared."""

from typing import BinaryIO

from formats.fixed_width import ZERO_IS_BLANK, Field, Record, Unfit
from formats.iswc.edi.records import LAYOUTS, RefusalNotice
from formats.iswc.entries import Difference
from formats.lines import Lines


def compare(stream: BinaryIO) -> Difference | None:
    """The first difference, None when all lines are equal but for padding, line ends and byte order mark.

    Blanks and zeros are the same in numbers, days and times.
    """
    version, group = "03.00", ""
    for number, line in Lines(stream):
        if number == 1 and line[59:64] in LAYOUTS:
            version = line[59:64]
        if line.startswith("GRH"):
            group = line[3:6]
        layout = RefusalNotice if group == "CSE" and line.startswith("CSN") else LAYOUTS[version].get(line[:3])
        difference = _line(number, line, layout)
        if difference is not None:
            return difference
    return None


def _line(number: int, line: str, layout: type[Record] | None) -> Difference | None:
    if layout is None:
        return Difference(number, 1, line, "") if line.strip() else None
    for field in layout.FIELDS.values():
        raw = field.cut(line)
        try:
            written = field.write(field.read(raw))
        except (Unfit, ValueError):
            return Difference(number, field.column, raw, "")
        if not _same(field, raw.strip(), written.strip()):
            return Difference(number, field.column, raw, written)
    rest = line[layout.WIDTH :]
    return Difference(number, layout.WIDTH + 1, rest, "") if rest.strip() else None


def _same(field: Field, raw: str, written: str) -> bool:
    if raw == written:
        return True
    return field.kind in ZERO_IS_BLANK and not raw.strip("0") and not written.strip("0")
