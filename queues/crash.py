"""Named crash points: a fault test must be able to say exactly where a process died.

The only module of this package that reads the environment.
"""

import os
import signal

POINTS = (
    "write.before_commit",
    "write.after_commit",
    "relay.after_seal",
    "relay.before_publish",
    "relay.after_publish",
    "relay.after_confirm",
    "intake.after_insert",
    "intake.after_commit",
    "intake.after_receipt",
)
"""The nine points of promise P1, in the order a message passes them."""


def crash_point(name: str) -> None:
    """Kill this process as a power cut would, when ``KORA_CRASH_AT`` names this point."""
    if os.environ.get("KORA_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
