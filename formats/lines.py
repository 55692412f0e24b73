"""A text file as numbered lines in constant memory, with its encoding settled before the first line is read."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

ENCODINGS = ("ascii", "utf-8", "utf-8-sig", "cp1252", "cp1252-bom")
LONGEST_LINE = 8192
"""Characters; a longer line is cut, reported and skipped to its end."""

_CHUNK = 1 << 18
_BYTES = 4
"""Of the longest character in UTF-8."""
_BOM = codecs.BOM_UTF8
_ASCII = bytes(range(0x80))
_UTF_8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
"""A letter of two to four bytes, as no text in Windows-1252 has it by accident."""


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """The five bytes Windows-1252 leaves open, as Latin-1 reads them: nothing of the file is lost."""
    wrong = cast(UnicodeDecodeError, error)
    return wrong.object[wrong.start : wrong.end].decode("latin-1"), wrong.end


codecs.register_error("as-latin-1", _as_latin_1)


def has_lines(stream: BinaryIO) -> bool:
    """Whether the first line of a seekable stream, left at its beginning, ends where a line may end at the latest."""
    start = stream.tell()
    beginning = stream.read(LONGEST_LINE * _BYTES + 1)
    stream.seek(start)
    return len(beginning) <= LONGEST_LINE * _BYTES or b"\n" in beginning


class Lines:
    """The lines of a seekable byte stream with their numbers from 1, without line ends.

    ``encoding`` is one of ENCODINGS, found by one pass over the bytes: a byte order mark does not make a file UTF-8,
    because publishers put one in front of Latin-1 text. Of the lines met so far ``too_long`` were cut, ``with_nul``
    hold NUL characters and ``in_utf_8`` letters in UTF-8 although the file is Windows-1252 and was read as that:
    numbers of lines, the last two with the column of the first such character.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = self._stream.tell()
        self.encoding = self._settle()
        self.too_long: list[int] = []
        self.with_nul: dict[int, int] = {}
        self.in_utf_8: dict[int, int] = {}

    def __iter__(self) -> Iterator[tuple[int, str]]:
        number = 0
        for piece in self._pieces():
            lines = piece.split("\r\n") if piece.count("\n") == piece.count("\r\n") else _split(piece)
            suspect = len(piece) > LONGEST_LINE and max(map(len, lines)) > LONGEST_LINE
            if suspect or "\0" in piece:
                lines = self._judged(lines, number + 1)
            for line in lines:
                number += 1
                yield number, line

    def _settle(self) -> str:
        self._rewind()
        marked = self._stream.read(len(_BOM)) == _BOM
        if not marked:
            self._rewind()
        ascii_only, utf_8 = True, True
        decoder = codecs.getincrementaldecoder("utf-8")()
        while chunk := self._stream.read(_CHUNK):
            if ascii_only and chunk.isascii():
                continue
            ascii_only = False
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf_8 = False
                break
        if utf_8 and not ascii_only:
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                utf_8 = False
        if marked:
            return "utf-8-sig" if utf_8 else "cp1252-bom"
        if ascii_only:
            return "ascii"
        return "utf-8" if utf_8 else "cp1252"

    def _rewind(self) -> None:
        self._stream.seek(self._start)

    def _pieces(self) -> Iterator[str]:
        """Whole lines, many at a time because a call a line costs more than the line; without the last line end."""
        codec, errors = ("cp1252", "as-latin-1") if self.encoding.startswith("cp1252") else ("utf-8", "strict")
        self._rewind()
        if self.encoding in {"utf-8-sig", "cp1252-bom"}:
            self._stream.read(len(_BOM))
        rest, skipping, number = b"", False, 1
        while chunk := self._stream.read(_CHUNK):
            if skipping:
                _, ended, chunk = chunk.partition(b"\n")
                skipping = not ended
            whole, ended, rest = (rest + chunk).rpartition(b"\n")
            if ended:
                if codec == "cp1252":
                    number = self._look_for_utf_8(whole, number)
                yield whole.removesuffix(b"\r").decode(codec, errors)
            if len(rest) > LONGEST_LINE * _BYTES:
                yield rest[: LONGEST_LINE * _BYTES].decode(codec, "ignore")
                rest, skipping, number = b"", True, number + 1
        if rest:
            if codec == "cp1252":
                self._look_for_utf_8(rest, number)
            yield rest.removesuffix(b"\r").decode(codec, errors)

    def _look_for_utf_8(self, whole: bytes, first: int) -> int:
        """Remember lines of a Windows-1252 file that hold UTF-8; returns the number of the line after them."""
        lines = whole.count(b"\n") + 1
        if _UTF_8.search(whole.translate(None, _ASCII)):  # what is left is little: most pieces end here
            for number, line in enumerate(whole.split(b"\n"), first):
                if found := _UTF_8.search(line):
                    self.in_utf_8[number] = found.start() + 1
        return first + lines

    def _judged(self, lines: list[str], first: int) -> list[str]:
        """The lines with those cut that are too long; what is wrong with them is remembered."""
        for number, line in enumerate(lines, first):
            if len(line) > LONGEST_LINE:
                self.too_long.append(number)
            if "\0" in line:
                self.with_nul[number] = line.index("\0") + 1
        return [line[:LONGEST_LINE] for line in lines]


def _split(piece: str) -> list[str]:
    """Lines of a file that ends some or all of them with LF alone."""
    return [line.removesuffix("\r") for line in piece.split("\n")]
