"""The simulator's keys: its own host key and one client key, made at the first start."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from paramiko import Ed25519Key


def key_at(path: Path) -> Ed25519Key:
    """The private key kept at ``path``, made there (readable by us alone) when it is missing."""
    if not path.exists():
        text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
        # The mode is given at creation: the file is never readable by others, not even for a moment.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
    return Ed25519Key.from_private_key_file(str(path))


def public_text(key: Ed25519Key) -> str:
    """The public half as in a known_hosts line: ``ssh-ed25519 AAAA...``."""
    return f"{key.get_name()} {key.get_base64()}"
