"""The fingerprint of a transaction's body, by which a change that changes nothing for a partner is not sent again."""

import hashlib
from collections.abc import Iterable

from formats.cwr import Record

_NUMBERING = frozenset({"record_type", "transaction_sequence", "record_sequence"})


def body_digest(records: Iterable[Record]) -> str:
    """SHA-256, lower-case hexadecimal, of what the records say: numbering and whether NWR or REV do not count.

    Zero and blank are the same, as in the format itself.
    """
    digest = hashlib.sha256()
    for record in records:
        tag = "WORK" if record.record_type in {"NWR", "REV"} else record.record_type
        fields = ((name, getattr(record, name)) for name in record.FIELDS if name not in _NUMBERING)
        said = [f"{name}={value}" for name, value in fields if value not in (None, 0, "")]
        digest.update("\x1f".join([tag, *said, "\x1e"]).encode())
    return digest.hexdigest()
