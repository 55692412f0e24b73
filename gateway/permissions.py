"""Who may do what at the gateway's console. Permissions are constants of the code, roles are rows (S-40)."""

from interface import Users

READ = frozenset({"ops.read"})
DECIDE = frozenset({"ops.decide", "ops.body", "nodes.manage"})

USERS = Users(
    permissions=READ | DECIDE,
    roles={"operator": READ | DECIDE, "viewer": READ},
    first_role="operator",
)
