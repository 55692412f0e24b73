"""How much room the disk of the data folder has: from when people are warned, from when imports wait.

Editing goes on to the end: it needs little, and people see at once when it fails. An import needs much.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

LOW_PERCENT, FULL_PERCENT = 80, 95
LOW_BYTES, FULL_BYTES = 10 << 30, 1 << 30
"""A large disk of which little is left in percent still has room: both must be short."""


@dataclass(frozen=True, slots=True)
class Room:
    """A disk, in bytes."""

    total: int
    free: int

    @property
    def used_percent(self) -> int:
        """How full it is."""
        return 100 - self.free * 100 // max(self.total, 1)

    @property
    def is_low(self) -> bool:
        """Somebody should make room."""
        return self.used_percent >= LOW_PERCENT and self.free < LOW_BYTES

    @property
    def is_nearly_full(self) -> bool:
        """Imports wait."""
        return self.used_percent >= FULL_PERCENT and self.free < FULL_BYTES


def room_of(folder: Path) -> Room:
    """The disk a folder lies on."""
    usage = shutil.disk_usage(folder)
    return Room(usage.total, usage.free)
