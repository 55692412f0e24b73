"""The gateway's database: engine, sessions, the base of its tables, and the tenant's context (S-10).

Every table with data of a node has ``node_id``. A session says whose rows it may touch: those of one node, or those of
everybody (the operators' console, the carriage itself). A session that says nothing is refused. Inside a session of
one node every reading, changing and deleting statement gets the same filter, over our own tables by a loader criterion
and over the tables of the carriage by a condition.

PostgreSQL holds the same wall a second time, in the server (``gateway.migrations.walls``): each transaction says whose
rows it may touch, and policies that bind even the owner of the tables do the rest. An account they would not bind is
refused.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, Connection, Engine, MetaData, String, Table, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    sessionmaker,
    with_loader_criteria,
)
from sqlalchemy.sql.selectable import Alias, Join, Subquery

import queues
from queues.tables import UtcInstant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = dict[str, Any]
JsonList = list[Any]

NOBODY = "-"
"""``node_id`` of rows that belong to no single node, such as a partner's file with answers for several."""


class Everybody(Enum):
    """The context of the operators and of the carriage: rows of all nodes."""

    ROWS = "everybody"


EVERYBODY: Final = Everybody.ROWS
Whose = str | Everybody
EVERYBODYS = "*"
"""What a transaction of everybody says to PostgreSQL; no node has this id."""
_KEY = "whose"


class NoTenant(RuntimeError):
    """A statement was made without saying whose rows it may touch, or in a way that cannot be filtered."""


class UnsafeAccount(RuntimeError):
    """The account of the database passes through the wall between the nodes."""


class Base(DeclarativeBase):
    """Base of the gateway's tables. Instants are aware UTC, dictionaries and lists are JSON."""

    metadata = metadata
    type_annotation_map: ClassVar[Mapping[Any, Any]] = {datetime: UtcInstant, Json: JSON, JsonList: JSON}


class OfNode:
    """A table whose rows belong to nodes."""

    node_id: Mapped[str] = mapped_column(String(64))


class TenantSession(Session):
    """A session that says whose rows it may touch."""


def open_database(url: str) -> Engine:
    """An engine for the URL. Raises UnsafeAccount when row level security would not bind its account."""
    engine = queues.open_database(url)
    if engine.dialect.name == "postgresql":
        _refuse_the_mighty(engine)
    return engine


def _refuse_the_mighty(engine: Engine) -> None:
    asked = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    with engine.connect() as connection:
        mighty = connection.scalar(asked)
    if mighty:
        engine.dispose()
        raise UnsafeAccount("the database account of the gateway must be neither superuser nor BYPASSRLS")


def session_maker(engine: Engine, whose: Whose | None) -> sessionmaker[Session]:
    """Sessions over the rows of one node or of everybody. Objects stay readable after a commit."""
    return sessionmaker(engine, class_=TenantSession, expire_on_commit=False, info={_KEY: whose})


@contextmanager
def only(session: Session, node_id: str) -> Iterator[Session]:
    """Let the session see nothing but the rows of this node for a while, as a handler of its messages must."""
    before = session.info.get(_KEY)
    _turn_to(session, node_id)
    try:
        yield session
    except BaseException:
        session.info[_KEY] = before
        with suppress(SQLAlchemyError):  # a transaction that failed says nothing more, and takes this back itself
            say_whose(session.connection(), before)
        raise
    _turn_to(session, before)


def _turn_to(session: Session, whose: Whose | None) -> None:
    """What waits to be written is written, and the transaction is begun, while the present context holds."""
    session.flush()
    connection = session.connection()
    session.info[_KEY] = whose
    say_whose(connection, whose)


def say_whose(connection: Connection, whose: Whose | None) -> None:
    """Tell PostgreSQL, until the end of the transaction, whose rows may be touched; on SQLite nothing happens."""
    if connection.dialect.name == "postgresql":
        said = "" if whose is None else EVERYBODYS if whose is EVERYBODY else whose
        connection.execute(text("SELECT set_config('kora.node_id', :whose, true)"), {"whose": said})


@event.listens_for(TenantSession, "after_begin")
def _say_at_the_beginning(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        say_whose(connection, session.info.get(_KEY))


@event.listens_for(TenantSession, "do_orm_execute")
def _only_its_rows(state: ORMExecuteState) -> None:
    whose = state.session.info.get(_KEY)
    if whose is EVERYBODY or state.is_column_load or state.is_relationship_load:
        return
    if whose is None:
        raise NoTenant("say whose rows this session may touch")
    if not (state.is_select or state.is_update or state.is_delete):
        return
    statement: Any = state.statement
    for table in _carriage_tables(statement, reading=state.is_select):
        statement = statement.where(table.c.node_id == whose)
    state.statement = statement.options(
        with_loader_criteria(OfNode, lambda entity: entity.node_id == whose, include_aliases=True)
    )


def _carriage_tables(statement: Any, *, reading: bool) -> Iterator[Any]:
    """The carriage's tables a statement is about. Raises NoTenant for what hides them (subqueries)."""
    open_ = list(statement.get_final_froms()) if reading else [statement.table]
    while open_:
        source = open_.pop()
        if isinstance(source, Join):
            open_ += [source.left, source.right]
        elif isinstance(source, Subquery):
            raise NoTenant("a statement over a subquery cannot be kept to one node")
        elif isinstance(source, Table | Alias) and _of_carriage(source):
            yield source


def _of_carriage(source: Any) -> bool:
    table = source.element if isinstance(source, Alias) else source
    return getattr(table, "metadata", None) is queues.metadata and "node_id" in source.c
