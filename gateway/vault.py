"""Content that must not be readable in the database: encrypted, bound to its row (S-20, S-22).

A sealed value is ``v1:<key id>:<nonce and cipher>`` in bytes, AES-256-GCM with a random 96-bit nonce; table, column and
record id are associated data, so a value that is moved to another row cannot be read. The data key is wrapped by a
master key in a file outside the data folder.
"""

import base64
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from gateway.database import Base

NONCE_BYTES = 12
KEY_BYTES = 32


class KeyIsExposed(Exception):
    """The master key can be read by others, or lies beside the data it protects."""


class DataKey(Base):
    """The key that encrypts content, itself wrapped by the master key outside the data folder."""

    __tablename__ = "data_key"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


@dataclass(frozen=True)
class Vault:
    """Seals and opens content with one data key."""

    key_id: str
    _key: bytes = field(repr=False)

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._key)

    @cached_property
    def _begins(self) -> bytes:
        return f"v1:{self.key_id}:".encode()

    def seal(self, content: bytes, place: str) -> bytes:
        """The content encrypted for one place, ``table/column/record id``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self._begins + nonce + self._cipher.encrypt(nonce, content, place.encode())

    def seal_all(self, contents: Iterable[tuple[bytes, str]]) -> list[bytes]:
        """Many contents, each for its place; the random numbers are asked for once."""
        held = list(contents)
        nonces = secrets.token_bytes(NONCE_BYTES * len(held))
        encrypt, begins = self._cipher.encrypt, self._begins
        sealed = []
        for at, (content, place) in enumerate(held):
            nonce = nonces[NONCE_BYTES * at : NONCE_BYTES * (at + 1)]
            sealed.append(begins + nonce + encrypt(nonce, content, place.encode()))
        return sealed

    def open(self, sealed: bytes, place: str) -> bytes:
        """The content again. Raises ``cryptography.exceptions.InvalidTag`` when it belongs to another place."""
        if not sealed.startswith(self._begins):
            raise ValueError(f"not sealed with the key {self.key_id}")
        at = len(self._begins)
        return self._cipher.decrypt(sealed[at : at + NONCE_BYTES], sealed[at + NONCE_BYTES :], place.encode())


def open_vault(session: Session, master_key: Path, data: Path, *, now: datetime) -> Vault:
    """The gateway's vault; master key and data key are made at first use. Raises KeyIsExposed."""
    wrapping = _master(master_key, data)
    row = session.scalars(select(DataKey).order_by(DataKey.made_at.desc())).first()
    if row is not None:
        return Vault(row.id, Vault("master", wrapping).open(row.wrapped, f"data_key/wrapped/{row.id}"))
    key, key_id = secrets.token_bytes(KEY_BYTES), "k1"
    wrapped = Vault("master", wrapping).seal(key, f"data_key/wrapped/{key_id}")
    session.add(DataKey(id=key_id, wrapped=wrapped, made_at=now))
    session.flush()
    return Vault(key_id, key)


def _master(path: Path, data: Path) -> bytes:
    if path.absolute().is_relative_to(data.absolute()):
        raise KeyIsExposed(f"{path} lies in the data folder; a backup of the folder would hold its own key")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    if path.stat().st_mode & 0o077:
        raise KeyIsExposed(f"{path} can be read by others; give it mode 0600")
    return base64.b64decode(path.read_bytes())
