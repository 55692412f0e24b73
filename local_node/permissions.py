"""Who may do what at a node. Permissions are constants of the code, roles are rows that start as these (S-40)."""

from interface import Users

READ = frozenset({"home.read", "works.read", "right_owners.read", "agreements.read", "imports.read", "exchange.read"})
EDIT = frozenset({"works.edit", "right_owners.edit", "imports.run", "exchange.decide", "exchange.send"})
OFFICE = frozenset({"settings.read", "settings.edit", "users.manage"})
PRIVATE = frozenset({"party.private.read"})
AUDIT = frozenset({"audit.read"})

USERS = Users(
    permissions=READ | EDIT | OFFICE | PRIVATE | AUDIT,
    roles={
        "admin": READ | EDIT | OFFICE | AUDIT,
        "documentation": READ | EDIT | PRIVATE,
        "viewer": READ,
        "auditor": READ | AUDIT | {"settings.read"},
    },
    first_role="admin",
)
