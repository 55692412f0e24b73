"""The wall between the nodes in PostgreSQL (S-10): a policy per table with rows of nodes.

A step that makes such a table calls ``build`` for it. The policy binds the owner of the table too; a transaction that
said nothing (``gateway.database.say_whose``) sees no row and writes none.
"""

from collections.abc import Iterable

from alembic import op

POLICY = "only_its_node"
_MAY = "current_setting('kora.node_id', true) = '*' OR node_id = nullif(current_setting('kora.node_id', true), '')"


def build(tables: Iterable[str]) -> None:
    """Keep the rows of each node apart; on SQLite the sessions alone do that."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {POLICY} ON {table} USING ({_MAY})")
