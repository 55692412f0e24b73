"""Style sheets, scripts and pictures under addresses that carry a hash of their content, kept for a year."""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes as they are and compressed, its type and the twelve digits of its address."""

    body: bytes
    packed: bytes
    content_type: str
    digest: str


class Assets:
    """The files of several static folders; an earlier folder wins. Read once, they never change while running."""

    def __init__(self, *folders: Path) -> None:
        self._found: dict[str, Asset] = {}
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.suffix in TYPES:
                    self._found.setdefault(path.relative_to(folder).as_posix(), _read(path))

    def url(self, name: str) -> str:
        """``kora.css`` gives ``/static/<digest>/kora.css``; an unknown name raises KeyError."""
        return f"/static/{self._found[name].digest}/{name}"

    def get(self, digest: str, name: str) -> Asset | None:
        """The file under this address; None when the content has changed since."""
        asset = self._found.get(name)
        return asset if asset is not None and asset.digest == digest else None


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(
        body=body,
        packed=gzip.compress(body, 9, mtime=0),
        content_type=TYPES[path.suffix],
        digest=hashlib.sha256(body).hexdigest()[:12],
    )
