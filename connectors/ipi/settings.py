"""What the connector must be told. It reads no environment; who makes it gives it this."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IpiSettings:
    """How the register is reached: its web service, its files in a folder, or both."""

    url: str | None = None
    """Base address of the web service; none when only files come."""
    user: str = ""
    password_file: Path | None = None
    """One line, readable by the service only."""
    ca_file: Path | None = None
    """Certificates we trust, where the register's are not those of the system."""
    folder: Path | None = None
    """Where daily files are laid for us; none when only the web service is used."""
    timeout_s: float = 30.0
