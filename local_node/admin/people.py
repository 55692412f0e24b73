"""Who may sign in, for the settings page."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.accounts import give_roles
from interface.tables import Role, User
from local_node.permissions import USERS


class NobodyWouldManage(ValueError):
    """After this change nobody could let people in any more."""


def everybody(session: Session) -> Sequence[User]:
    """All accounts, by name."""
    return session.scalars(select(User).order_by(User.full_name, User.email)).all()


def role_matrix(session: Session) -> tuple[list[str], list[tuple[str, list[bool]]]]:
    """The names of the roles, and for each permission whether each role has it."""
    roles = session.scalars(select(Role).order_by(Role.name)).all()
    known = sorted(USERS.permissions)
    return [one.name for one in roles], [(code, [code in one.permissions for one in roles]) for code in known]


def give(session: Session, email: str, roles: Sequence[str]) -> None:
    """Let somebody have exactly these roles. Raises NobodyWouldManage, UnknownAccount, KeyError."""
    give_roles(session, email, roles)
    session.flush()
    if not any(one.active and one.has_permission("users.manage") for one in everybody(session)):
        raise NobodyWouldManage


def roles_of(session: Session, email: str) -> list[str]:
    """The roles somebody has now; nothing for an unknown account."""
    return list(session.scalars(select(Role.name).join(User.roles.of_type(Role)).where(User.email == email)))


def role_names(session: Session) -> Sequence[str]:
    """The roles people can have."""
    return session.scalars(select(Role.name).order_by(Role.name)).all()
