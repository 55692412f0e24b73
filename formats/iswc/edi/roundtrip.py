"""Proof that reading EDI loses nothing: every line read into its record, written again and compared."""

from typing import BinaryIO

from formats.iswc.edi.records import LAYOUTS, RefusalNotice
from formats.lines import Lines
from formats.roundtrip import Difference, compare_line


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
        difference = compare_line(number, line, layout)
        if difference is not None:
            return difference
    return None
