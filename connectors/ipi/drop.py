"""Files the register lays into a folder for us: taken in the order of their names, put away when they are safe."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from connectors.contract import PartnerFailure

DONE = "done"
PART = ".part"
SUFFIX = ".ipi"
LARGEST_BYTES = 64 << 20
"""A daily file beyond this is not read into memory; it is applied from its place."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A daily file that was not put away yet."""

    path: Path
    sha256: str
    content: bytes


class FileDrop:
    """A folder with daily files (``YYYYMMDD.IPI``), and ``done`` inside it for those that were taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def waiting(self) -> list[Dropped]:
        """The daily files in the order of their days. Files that are still written (``.part``) are left alone.

        Raises PartnerFailure F4 when the folder is not there.
        """
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix.lower() == SUFFIX and path.is_file())
            return [_dropped(path) for path in paths if path.stat().st_size <= LARGEST_BYTES]
        except OSError as error:
            raise PartnerFailure("F4", f"reading the folder of files: {type(error).__name__}") from error

    def put_away(self, name: str, sha256: str) -> None:
        """Move a file into ``done``; once more does nothing. A file of other bytes under the name stays."""
        path = self._folder / Path(name).name
        if not path.is_file() or _dropped(path).sha256 != sha256:
            return
        done = self._folder / DONE
        done.mkdir(exist_ok=True)
        target = done / path.name
        path.replace(done / f"{path.name}.{sha256[:8]}" if target.exists() else target)


def _dropped(path: Path) -> Dropped:
    content = path.read_bytes()
    return Dropped(path, hashlib.sha256(content).hexdigest(), content)
