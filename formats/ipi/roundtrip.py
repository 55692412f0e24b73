"""Proof that reading loses nothing: every line read into its record, written again and compared."""

from typing import BinaryIO

from formats.ipi.fields import ZERO_IS_BLANK
from formats.ipi.reading import lines_of
from formats.ipi.records import LAYOUTS
from formats.roundtrip import Difference, compare_line


def compare(stream: BinaryIO) -> Difference | None:
    """The first difference, None when all lines are equal but for padding, line ends and byte order mark."""
    compared = (
        compare_line(number, line, LAYOUTS.get(line[:3]), zero_is_blank=ZERO_IS_BLANK, bare=str.rstrip)
        for number, line in lines_of(stream)
    )
    return next(filter(None, compared), None)
