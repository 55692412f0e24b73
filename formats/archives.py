"""A file that came zipped: its only member, unpacked no further than a limit (security rule S-53)."""

import io
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

LARGEST_UNPACKED = 2 << 30
"""Bytes of a zipped file that are unpacked at most."""
MOST_TIMES = 100
"""Of its own size an archive may unpack to; a small one may in any case fill IN_MEMORY."""
MOST_ENTRIES = 10_000
IN_MEMORY = 8 << 20
_PIECE = 1 << 20


class NotOneFile(ValueError):
    """The archive is broken, is encrypted, or holds no file or several."""


class TooLargeUnpacked(ValueError):
    """The archive holds more than may be unpacked; the argument is the limit in bytes."""


@contextmanager
def unpacked(stream: BinaryIO, *, largest: int = LARGEST_UNPACKED) -> Iterator[BinaryIO]:
    """The seekable stream itself, or that of the only member when it is a zip archive.

    Raises NotOneFile and TooLargeUnpacked. The size an archive declares is not trusted: what is read counts.
    """
    zipped = zipfile.is_zipfile(stream)
    stream.seek(0)
    if not zipped:
        yield stream
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as target:
        _unpack(stream, cast(BinaryIO, target), largest)
        target.seek(0)
        yield cast(BinaryIO, target)


def _unpack(stream: BinaryIO, target: BinaryIO, largest: int) -> None:
    try:
        with zipfile.ZipFile(stream) as archive:
            if len(archive.filelist) > MOST_ENTRIES:
                raise NotOneFile(f"{len(archive.filelist)} entries")
            inside = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(inside) != 1:
                raise NotOneFile(f"{len(inside)} files")
            with archive.open(inside[0]) as packed:
                left = largest = min(largest, max(stream.seek(0, io.SEEK_END) * MOST_TIMES, IN_MEMORY))
                while piece := packed.read(min(_PIECE, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        raise TooLargeUnpacked(largest)
                    target.write(piece)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, io.UnsupportedOperation) as error:
        raise NotOneFile(str(error)) from error
