"""Proof that reading loses nothing: every line read into its record, written again and compared."""

from typing import BinaryIO

from formats.cwr import standard
from formats.cwr.reading import version_of
from formats.lines import Lines
from formats.roundtrip import Difference, compare_line


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
            difference = _line(each, layouts)
            if difference is not None:
                return difference
        held.clear()
    return next(filter(None, (_line(each, layouts) for each in held)), None)


def _line(numbered: tuple[int, str], layouts: standard.Layouts) -> Difference | None:
    number, line = numbered
    return compare_line(number, line, layouts.get(line[:3]))
