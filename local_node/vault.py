"""Fields that stay at home: encrypted in the database, bound to their row (S-20, S-22).

A field is ``v1:<key id>:<nonce and cipher>``, AES-256-GCM with a random 96-bit nonce; table, column and record id are
associated data, so a value that is moved to another row cannot be read. The data key is wrapped by a master key in a
file outside the data folder.
"""

import base64
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.orm import Session

from local_node.admin.models import DataKey

NONCE_BYTES = 12
KEY_BYTES = 32


class KeyIsExposed(Exception):
    """The master key can be read by others, or lies beside the data it protects."""


@dataclass(frozen=True)
class Vault:
    """Seals and opens fields with one data key."""

    key_id: str
    _key: bytes = field(repr=False)

    def seal(self, value: str, place: str) -> str:
        """The value encrypted for one place, ``table/column/record id``."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, value.encode(), place.encode())
        return f"v1:{self.key_id}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The value again. Raises ``cryptography.exceptions.InvalidTag`` when it belongs to another place."""
        version, key_id, text = sealed.split(":", 2)
        if (version, key_id) != ("v1", self.key_id):
            raise ValueError(f"no key {key_id} of {version}")
        raw = base64.b64decode(text)
        return AESGCM(self._key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.encode()).decode()


def open_vault(session: Session, master_key: Path, data: Path, *, now: datetime) -> Vault:
    """The node's vault; master key and data key are made at first use. Raises KeyIsExposed."""
    wrapping = _master(master_key, data)
    row = session.scalars(select(DataKey).order_by(DataKey.made_at.desc())).first()
    if row is not None:
        opened = Vault("master", wrapping).open(row.wrapped, f"data_key/wrapped/{row.id}")
        return Vault(row.id, base64.b64decode(opened))
    key, key_id = secrets.token_bytes(KEY_BYTES), "k1"
    wrapped = Vault("master", wrapping).seal(base64.b64encode(key).decode(), f"data_key/wrapped/{key_id}")
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
