"""Content that must not be readable in a database: encrypted, bound to its row (S-20, S-22).

What is sealed is ``v1:<key id>:`` and the nonce with the cipher, AES-256-GCM with a random 96-bit nonce; table, column
and record id are associated data, so what is moved to another row cannot be read. Each application keeps its data key
in its own database, wrapped by a master key in a file outside the data folder.
"""

import base64
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32


class KeyIsExposed(Exception):
    """The master key can be read by others, or lies beside the data it protects."""


@dataclass(frozen=True)
class Vault:
    """Seals and opens with one key. A place is ``table/column/record id``.

    Opening raises ``cryptography.exceptions.InvalidTag`` for what belongs to another place, and ValueError for what
    another key sealed.
    """

    key_id: str
    _key: bytes = field(repr=False)

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(self._key)

    @cached_property
    def _begins(self) -> bytes:
        return f"v1:{self.key_id}:".encode()

    def seal(self, content: bytes, place: str) -> bytes:
        """The content encrypted for one place."""
        return self.seal_all([(content, place)])[0]

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
        """The content again."""
        if not sealed.startswith(self._begins):
            raise ValueError(f"not sealed with the key {self.key_id}")
        at = len(self._begins)
        return self._cipher.decrypt(sealed[at : at + NONCE_BYTES], sealed[at + NONCE_BYTES :], place.encode())

    def seal_text(self, value: str, place: str) -> str:
        """The same for a column of text: what follows the key id is base64."""
        at = len(self._begins)
        sealed = self.seal(value.encode(), place)
        return sealed[:at].decode() + base64.b64encode(sealed[at:]).decode()

    def open_text(self, sealed: str, place: str) -> str:
        """The text again."""
        begins, _colon, rest = sealed.rpartition(":")
        return self.open(f"{begins}:".encode() + base64.b64decode(rest), place).decode()


def master_vault(path: Path, data: Path) -> Vault:
    """What wraps the data key: the key of a file that is made at first use, mode 0600. Raises KeyIsExposed."""
    if path.absolute().is_relative_to(data.absolute()):
        raise KeyIsExposed(f"{path} lies in the data folder; a backup of the folder would hold its own key")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    if path.stat().st_mode & 0o077:
        raise KeyIsExposed(f"{path} can be read by others; give it mode 0600")
    return Vault("master", base64.b64decode(path.read_bytes()))
