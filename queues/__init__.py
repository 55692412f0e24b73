"""Messages between nodes and gateway, and their safe carriage.

The databases remember, the queue only carries: ``boxes.post`` writes a message in the transaction of the change it
tells of; ``Relay`` seals and sends it until a signed receipt closes it; ``Intake`` verifies it, stores it and gives it
to a handler, each message once and in the order of its record. ``Carrier`` turns both in a background thread.

A handler is ``handler(session, envelope) -> None``. It works in the transaction of the intake and never commits. It
raises ``Refused(code, reasons)`` to refuse for good (a ``pydantic.ValidationError`` does the same, with a reason per
field); anything else it raises is tried again and then parked for a person.
"""

from queues import boxes, jobs
from queues.boxes import MessageTooLarge, SyncStatus, post
from queues.carrier import Carrier, Intake, Relay
from queues.databases import only_one_changes_tables, open_database
from queues.envelope import REFUSAL, Envelope, Refused, gateway_urn, id_of, node_urn, uuid7
from queues.fingerprint import fingerprint_words
from queues.receipts import RELEASE, Report
from queues.retry import FailureClass
from queues.settling import Handler, Many
from queues.signing import KeyRing, KnownKey, SigningKey, check_possession, envelope_of
from queues.sqlite import open_engine, prepare
from queues.tables import metadata
from queues.uplink import Depth, declare, gateway_uplink, is_embedded, local_url, node_uplink

__all__ = [
    "REFUSAL",
    "RELEASE",
    "Carrier",
    "Depth",
    "Envelope",
    "FailureClass",
    "Handler",
    "Intake",
    "KeyRing",
    "KnownKey",
    "Many",
    "MessageTooLarge",
    "Refused",
    "Relay",
    "Report",
    "SigningKey",
    "SyncStatus",
    "boxes",
    "check_possession",
    "declare",
    "envelope_of",
    "fingerprint_words",
    "gateway_uplink",
    "gateway_urn",
    "id_of",
    "is_embedded",
    "jobs",
    "local_url",
    "metadata",
    "node_uplink",
    "node_urn",
    "only_one_changes_tables",
    "open_database",
    "open_engine",
    "post",
    "prepare",
    "uuid7",
]
