"""The other side of an acknowledgement: the work as a society repeats it under its answer."""

import copy
from collections.abc import Sequence

from formats.cwr import Record


def echo(records: Sequence[Record], *, iswc: str | None = None) -> list[Record]:
    """The records of a work as they came, ready to stand under an ACK, with the ISWC the society knows filled in.

    The records given are not changed; numbering is given by the writer of the file.
    """
    repeated = [copy.copy(record) for record in records]
    if iswc is not None:
        repeated[0].iswc = iswc
    return repeated
