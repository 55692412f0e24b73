"""The bytes of imported files: kept as they came, named by their hash, readable by nobody else."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """A file in the node's folder."""

    sha256: str
    size: int
    path: Path


def keep(stream: BinaryIO, folder: Path) -> Kept:
    """Write a stream into the folder; the same bytes are kept once. Raises OSError when the disk is full."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, unfinished = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as target:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += target.write(piece)
        path = folder / digest.hexdigest()
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return Kept(digest.hexdigest(), size, path)


def path_of(folder: Path, sha256: str) -> Path:
    """Where the bytes of a hash lie."""
    return folder / sha256
