"""A text file as numbered lines in constant memory, with its encoding settled before the first line is read."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, cast

ENCODINGS = ("ascii", "utf-8", "utf-8-sig", "cp1252", "cp1252-bom")
LONGEST_LINE = 8192
"""Characters; a longer line is cut, reported and skipped to its end."""

_CHUNK = 1 << 18
_BOM = codecs.BOM_UTF8


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """The five bytes Windows-1252 leaves open, as Latin-1 reads them: nothing of the file is lost."""
    wrong = cast(UnicodeDecodeError, error)
    return wrong.object[wrong.start : wrong.end].decode("latin-1"), wrong.end


codecs.register_error("as-latin-1", _as_latin_1)


class Lines:
    """The lines of a seekable byte stream with their numbers from 1, without line ends.

    ``encoding`` is one of ENCODINGS, found by one pass over the bytes: a byte order mark does not make a file UTF-8,
    because publishers put one in front of Latin-1 text. ``too_long`` and ``with_nul`` are numbers of the lines met so
    far that were cut or hold NUL characters.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = self._stream.tell()
        self.encoding = self._settle()
        self.too_long: list[int] = []
        self.with_nul: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, str]]:
        codec, errors = ("cp1252", "as-latin-1") if self.encoding.startswith("cp1252") else ("utf-8", "strict")
        for number, raw in enumerate(self._raw(), 1):
            line = raw.decode(codec, errors)
            if "\0" in line:
                self.with_nul.append(number)
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

    def _raw(self) -> Iterator[bytes]:
        """Lines as bytes. Read in large pieces, because a call a line costs more than the line."""
        self._rewind()
        if self.encoding in {"utf-8-sig", "cp1252-bom"}:
            self._stream.read(len(_BOM))
        rest, number, skipping = b"", 0, False
        while chunk := self._stream.read(_CHUNK):
            pieces = (rest + chunk).split(b"\n")
            rest = pieces.pop()
            for piece in pieces:
                if skipping:
                    skipping = False
                    continue
                number += 1
                if len(piece) > LONGEST_LINE:
                    self.too_long.append(number)
                    piece = _cut(piece)
                yield piece[:-1] if piece.endswith(b"\r") else piece
            if len(rest) > LONGEST_LINE:
                if not skipping:
                    number += 1
                    self.too_long.append(number)
                    yield _cut(rest)
                rest, skipping = b"", True
        if rest and not skipping:
            yield rest[:-1] if rest.endswith(b"\r") else rest


def _cut(piece: bytes) -> bytes:
    """The beginning of a line that is too long, without half a character at its end."""
    return piece[:LONGEST_LINE].decode("utf-8", "ignore").encode() if not piece.isascii() else piece[:LONGEST_LINE]
