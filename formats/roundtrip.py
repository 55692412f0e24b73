"""Proof that reading a line of columns loses nothing: read into its record, written again and compared."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from formats.fixed_width import ZERO_IS_BLANK, Field, Record, Unfit


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a file and the file written again part; columns count from 1."""

    line: int
    column: int
    read: str
    written: str


def compare_line(
    number: int,
    line: str,
    record: type[Record] | None,
    *,
    zero_is_blank: Collection[str] = ZERO_IS_BLANK,
    bare: Callable[[str], str] = str.strip,
) -> Difference | None:
    """The first field that is not written as it was read; None when all are. A line without a record may be blank.

    ``bare`` takes the padding off a field; in fields of the kinds of ``zero_is_blank`` zeros and blanks are the same.
    """
    if record is None:
        return Difference(number, 1, line, "") if line.strip() else None
    for field in record.FIELDS.values():
        raw = field.cut(line)
        try:
            written = field.write(field.read(raw))
        except (Unfit, ValueError):
            return Difference(number, field.column, raw, "")
        if not _same(field, bare(raw), bare(written), zero_is_blank):
            return Difference(number, field.column, raw, written)
    rest = line[record.WIDTH :]
    return Difference(number, record.WIDTH + 1, rest, "") if rest.strip() else None


def _same(field: Field, raw: str, written: str, zero_is_blank: Collection[str]) -> bool:
    return raw == written or (field.kind in zero_is_blank and not raw.strip("0") and not written.strip("0"))
