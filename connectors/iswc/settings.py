"""What the connector must be told. It reads no environment; who makes it gives it this."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class IswcSettings:
    """Where the agency API is, in whose name we speak, and how often we may call."""

    url: str
    """Base address as it comes with the subscription."""
    key_file: Path
    """The subscription's key, readable by the service only; one line."""
    agency: str
    """CISAC code of the society, three digits; production ties the key to it."""
    source_db: str
    """Three digits: the society's own code when it speaks for itself, 300 for the WID hub."""
    rate: int = 10
    """Calls in a minute; what was published."""
    timeout_s: float = 30.0
    """For connecting, and for each wait on the answer."""
    ca_file: Path | None = None
    poll_s: float = 900.0
    """How often merges, demerges and tasks are asked for, however often ``collect`` is called."""
    look_back_days: int = 30
    """How far back merges and demerges are asked for; what was collected before is not given out again."""
    deletion_reason: str = "R01"
    """The list of reasons is not public; this one stands in samples."""
