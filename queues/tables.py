"""The tables of the carriage; the same for SQLite and PostgreSQL.

``node_id`` is the tenant everywhere: at a node its own id, at the gateway the node a row concerns. One ``outbox``
serves both: its ``stream`` is the URN of the audience, so at the gateway there is one stream per node.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant; SQLite keeps it as UTC without zone, PostgreSQL as ``timestamptz``."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_RowId = BigInteger().with_variant(Integer(), "sqlite")


def _row_id() -> Column[int]:
    return Column("id", _RowId, primary_key=True, autoincrement=True)


def _tenant() -> Column[str]:
    return Column("node_id", String(64), nullable=False)


outbox = Table(
    "outbox",
    metadata,
    _row_id(),
    _tenant(),
    Column("msg_id", String(36), nullable=False, unique=True),
    Column("stream", String(100), nullable=False),
    Column("aggregate", String(200), nullable=False),
    Column("seq", _RowId, nullable=False),
    Column("type", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("dataschema", String(200)),
    Column("correlationid", String(36), nullable=False),
    Column("causationid", String(36)),
    Column("traceparent", String(60)),
    Column("expirytime", UtcInstant),
    Column("created_at", UtcInstant, nullable=False),
    Column("state", String(10), nullable=False),
    Column("nodeseq", _RowId),
    Column("prevhash", String(64)),
    Column("digest", String(64)),
    Column("sealed", LargeBinary),
    Column("sealed_at", UtcInstant),
    Column("sent_at", UtcInstant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", UtcInstant, nullable=False),
    Column("receipted_at", UtcInstant),
    Column("last_error", Text),
    UniqueConstraint("stream", "aggregate", "seq"),
    UniqueConstraint("stream", "nodeseq"),
    Index("ix_outbox_node_id_created_at", "node_id", "created_at"),
    Index("ix_outbox_correlationid", "correlationid"),
    Index("ix_outbox_state_created_at", "state", "created_at"),
)
Index(
    "ix_outbox_unsent",
    outbox.c.stream,
    outbox.c.id,
    sqlite_where=text("state IN ('new', 'sealed')"),
    postgresql_where=text("state IN ('new', 'sealed')"),
)
Index(
    "ix_outbox_unanswered",
    outbox.c.stream,
    outbox.c.next_attempt_at,
    sqlite_where=text("state IN ('sent', 'held', 'parked')"),
    postgresql_where=text("state IN ('sent', 'held', 'parked')"),
)

outgoing_version = Table(
    "outgoing_version",
    metadata,
    Column("stream", String(100), primary_key=True),
    Column("aggregate", String(200), primary_key=True),
    _tenant(),
    Column("seq", _RowId, nullable=False),
)

outgoing_stream = Table(
    "outgoing_stream",
    metadata,
    Column("stream", String(100), primary_key=True),
    _tenant(),
    Column("nodeseq", _RowId, nullable=False, server_default="0"),
    Column("chain_hash", String(64), nullable=False),
    Column("lease_owner", String(100)),
    Column("lease_until", UtcInstant),
)

inbox = Table(
    "inbox",
    metadata,
    _row_id(),
    _tenant(),
    Column("source", String(100), nullable=False),
    Column("msg_id", String(36), nullable=False),
    Column("nodeseq", _RowId, nullable=False),
    Column("prevhash", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("type", String(200), nullable=False),
    Column("aggregate", String(200), nullable=False),
    Column("seq", _RowId, nullable=False),
    Column("correlationid", String(36)),
    Column("received_at", UtcInstant, nullable=False),
    Column("outcome", String(10)),
    Column("outcome_at", UtcInstant),
    Column("code", String(60)),
    Column("reasons", JSON),
    Column("owed", Boolean, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    UniqueConstraint("source", "msg_id"),
    UniqueConstraint("source", "nodeseq"),
    Index("ix_inbox_source_aggregate_seq", "source", "aggregate", "seq"),
    Index("ix_inbox_node_id_received_at", "node_id", "received_at"),
    Index("ix_inbox_correlationid", "correlationid"),
    Index("ix_inbox_msg_id", "msg_id"),
)
Index("ix_inbox_owed", inbox.c.source, sqlite_where=text("owed"), postgresql_where=text("owed"))
IS_TROUBLED = text("outcome IN ('held', 'refused', 'parked')")
"""What arrived and could not be used, in the words of its index, by which SQLite knows that the index holds it."""
Index("ix_inbox_troubled", inbox.c.outcome, sqlite_where=IS_TROUBLED, postgresql_where=IS_TROUBLED)

inbox_held = Table(
    "inbox_held",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("aggregate", String(200), primary_key=True),
    Column("seq", _RowId, primary_key=True),
    _tenant(),
    Column("msg_id", String(36), nullable=False),
    Column("since", UtcInstant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("again", Boolean, nullable=False, server_default=text("false")),
    Column("last_error", Text),
)

stream_position = Table(
    "stream_position",
    metadata,
    Column("source", String(100), primary_key=True),
    _tenant(),
    Column("contiguous_nodeseq", _RowId, nullable=False),
    Column("chain_hash", String(64), nullable=False),
    Column("told_nodeseq", _RowId, nullable=False, server_default="0"),
    Column("told_at", UtcInstant),
    Column("gap_told_at", UtcInstant),
    Column("updated_at", UtcInstant, nullable=False),
)

record_version = Table(
    "record_version",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("aggregate", String(200), primary_key=True),
    _tenant(),
    Column("seq", _RowId, nullable=False),
)

receipt = Table(
    "receipt",
    metadata,
    _row_id(),
    _tenant(),
    Column("source", String(100), nullable=False),
    Column("audience", String(100), nullable=False),
    Column("upto_nodeseq", _RowId, nullable=False),
    Column("chain_hash", String(64), nullable=False),
    Column("outcomes", JSON, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Index("ix_receipt_node_id_at", "node_id", "at"),
)

job = Table(
    "job",
    metadata,
    _row_id(),
    _tenant(),
    Column("kind", String(60), nullable=False),
    Column("key", String(200), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("lease_owner", String(100)),
    Column("lease_until", UtcInstant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_attempt_at", UtcInstant, nullable=False),
    Column("payload_ref", String(200)),
    Column("result_ref", String(200)),
    Column("failure_class", String(4)),
    Column("last_error", Text),
    Column("created_at", UtcInstant, nullable=False),
    Column("finished_at", UtcInstant),
    Index("ix_job_kind_state_next_attempt_at", "kind", "state", "next_attempt_at"),
    Index("ix_job_payload_ref", "payload_ref"),
)

parked = Table(
    "parked",
    metadata,
    _row_id(),
    _tenant(),
    Column("source", String(100), nullable=False),
    Column("msg_id", String(36), nullable=False),
    Column("type", String(200)),
    Column("aggregate", String(200)),
    Column("queue", String(100), nullable=False),
    Column("reason", String(60), nullable=False),
    Column("detail", Text),
    Column("raw", LargeBinary, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("first_seen", UtcInstant, nullable=False),
    Column("last_seen", UtcInstant, nullable=False),
    Column("decided_by", String(200)),
    Column("decided_at", UtcInstant),
    Column("decision", String(10)),
    Column("decision_reason", Text),
    UniqueConstraint("source", "msg_id", "reason"),
)

alarm = Table(
    "alarm",
    metadata,
    _row_id(),
    _tenant(),
    Column("kind", String(60), nullable=False),
    Column("source", String(100), nullable=False),
    Column("msg_id", String(36)),
    Column("detail", Text, nullable=False),
    Column("at", UtcInstant, nullable=False),
    Index("ix_alarm_node_id_at", "node_id", "at"),
)

verification_count = Table(
    "verification_count",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("code", String(60), primary_key=True),
    _tenant(),
    Column("count", _RowId, nullable=False),
    Column("last_hash", String(64), nullable=False),
    Column("last_at", UtcInstant, nullable=False),
)


def upsert(session: Session, table: Table) -> Any:
    """An INSERT of the dialect in use that knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def write_all(session: Session, written: Any, rows: Sequence[Mapping[str, Any]], **common: Any) -> None:
    """Carry out an INSERT, made by ``upsert``, for all rows; ``common`` holds what is the same in each of them.

    All rows have the same columns. No two of them may change one row of the table. PostgreSQL is given an array per
    column and one statement, because a statement for each row costs both sides twice as much.
    """
    if not rows:
        return
    if session.get_bind().dialect.name != "postgresql":
        session.execute(written, [{**common, **row} for row in rows])
        return
    types = {column.name: column.type for column in written.table.c}
    arrays = [
        func.unnest(bindparam(name, [row[name] for row in rows], ARRAY(types[name], dimensions=1))) for name in rows[0]
    ]
    scalars = [bindparam(name, value, types[name]) for name, value in common.items()]
    session.execute(written.from_select([*rows[0], *common], select(*arrays, *scalars)))
