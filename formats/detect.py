"""Which format and version a file has, from its first line."""

import codecs
from dataclasses import dataclass
from typing import BinaryIO

_BEGINNING = 4096


@dataclass(frozen=True, slots=True)
class Detected:
    """``format`` as the commands call it. ``version`` is None where only reading tells; ``readable`` where we can.

    ``line`` and ``column``, from 1, are where the version stands.
    """

    format: str
    version: str | None
    readable: bool
    line: int = 1
    column: int = 1


def detect(stream: BinaryIO) -> Detected | None:
    """The format of a seekable stream, which is left at its beginning; None for what is none of ours."""
    start = stream.tell()
    beginning = stream.read(_BEGINNING).removeprefix(codecs.BOM_UTF8)
    stream.seek(start)
    lines = beginning.splitlines()
    if not lines or not lines[0].startswith(b"HDR"):
        return _json(beginning)
    return _iswc(lines) or _ipi(lines) or _cwr(lines)


def _json(beginning: bytes) -> Detected | None:
    """Files of the ISWC network begin with an object that has a file header, before or behind a schema."""
    if beginning.lstrip().startswith(b"{") and b'"fileHeader"' in beginning:
        return Detected("iswc-json", None, True)
    return None


def _iswc(lines: list[bytes]) -> Detected | None:
    """ISWC EDI has 02.00 or 03.00 where CWR has 01.10; its groups are 01.00, as those of IPI are."""
    version = lines[0][59:64]
    named = lines[1][11:16] if len(lines) > 1 and lines[1].startswith(b"GRH") else b"01.00"
    if version in (b"02.00", b"03.00") and named == b"01.00":
        return Detected("iswc-edi", version.decode(), True, 1, 60)
    return None


def _ipi(lines: list[bytes]) -> Detected | None:
    """IPI EDI has its version 01.00 where CWR has 01.10, and again in columns 12 to 16 of GRH."""
    header, group = lines[0], lines[1] if len(lines) > 1 else b""
    if group.startswith(b"GRH"):
        return Detected("ipi", "01.00", True) if group[11:16] == b"01.00" else None
    return Detected("ipi", "01.00", True) if header[59:64] == b"01.00" else None


def _cwr(lines: list[bytes]) -> Detected | None:
    """2.x has 01.10 in columns 60 to 64, or names itself in GRH; 3.x has its version in 103 to 105 or in GRH."""
    header, group = lines[0], lines[1] if len(lines) > 1 else b""
    named = group[11:16] if group.startswith(b"GRH") else b""
    if named in (b"02.10", b"02.20"):
        return Detected("cwr", "2.2" if named == b"02.20" else "2.1", True)
    if named in (b"03.00", b"03.10"):
        return Detected("cwr", "3.1" if named == b"03.10" else "3.0", False, 2, 12)
    if header[59:64] == b"01.10" or len(header) <= 101:
        return Detected("cwr", None, True)
    if header[102:105] in (b"3.0", b"3.1"):
        return Detected("cwr", header[102:105].decode(), False, 1, 103)
    return Detected("cwr", None, True)
