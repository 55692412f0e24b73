"""The rules of acknowledgements: ACK with its messages, the echoed transaction and works of others in conflict.

Source: CISAC CWR11-1991R4, validation of ACK and MSG. What needs the file that is answered is the gateway's to look up.
"""

from collections.abc import Sequence

from formats.cwr.faults import Faults
from formats.cwr.standard import enforces
from formats.fixed_width import Record

_ABOUT_A_FILE = frozenset({"HDR", "TRL"})


@enforces("ACK-F-009", "ACK-T-003", "MSG-F-004", "MSG-F-005", "MSG-F-006")
def check(records: Sequence[Record], faults: Faults, *, echoed: bool, conflicts: Sequence[Sequence[Record]]) -> None:
    """Apply the rules that look at the answer alone; ``records`` are the ACK and its messages."""
    answer = records[0]
    if answer.original_transaction_type in {"NWR", "REV"} and answer.creation_title is None:
        faults("ACK-F-009", answer, "creation_title", "given")
    if conflicts and not echoed:
        faults("ACK-T-003", conflicts[0][0])
    for message in records[1:]:
        if message.record_type != "MSG":
            continue
        needed = (
            ("MSG-F-004", "message_text"),
            ("MSG-F-005", "message_record_type"),
            ("MSG-F-006", "validation_number"),
        )
        for rule, field in needed:
            if getattr(message, field) is None:
                faults(rule, message, field, "given")


def needs_echo(answer: Record) -> bool:
    """True when the standard wants the answered transaction repeated (ACK-T-002)."""
    return answer.original_transaction_type not in _ABOUT_A_FILE
