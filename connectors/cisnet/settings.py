"""What the connector must be told. It reads no environment; who makes it gives it this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class CisnetSettings:
    """Where the partner's SFTP server stands, how we sign in, and whose files are exchanged."""

    host: str
    port: int
    user: str
    key_file: Path
    """Our private key (OpenSSH form, not encrypted, readable by the service only)."""
    host_key: str
    """The server's public key as in a known_hosts line, without the name: ``ssh-ed25519 AAAA...``."""
    receiver: str
    """Society code of the receiver, as in file names."""
    version: Literal["2.1", "2.2"] = "2.1"
    window_s: int = 3600
    """How long works are gathered before a file is made (seconds); the caller waits, not the connector."""
    non_roman: bool = False
    """The partner takes names and titles in their own script (NPN, NWN, NAT)."""
    timeout_s: float = 30.0
    """For each step on the network: connecting, signing in, one request."""
    societies: Mapping[str, str] = field(default_factory=dict)
    """Code and name of societies beside those of the standard's table: new ones, or the invented ones of a demo."""
