"""People who may sign in, from the command line and the settings page."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.accounts import create_user, find_user
from interface.passwords import TIME_COST, check_password, hash_password
from interface.tables import Role, User


def add_person(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Iterable[str],
    now: datetime,
    password: str | None = None,
    time_cost: int = TIME_COST,
) -> str:
    """Add an account and return its one-time password; a password that is given is one-time too.

    Raises ``interface.accounts.EmailTaken``, ``interface.passwords.WeakPassword``, KeyError for an unknown role.
    """
    if password is not None:
        check_password(password, email=email)
    made = create_user(session, email=email, full_name=name, roles=roles, now=now, time_cost=time_cost)
    user = find_user(session, email)
    if password is None or user is None:
        return made
    user.password = hash_password(password, time_cost)
    return password


def everybody(session: Session) -> Sequence[User]:
    """All accounts, by name."""
    return session.scalars(select(User).order_by(User.full_name, User.email)).all()


def role_names(session: Session) -> Sequence[str]:
    """The roles people can have."""
    return session.scalars(select(Role.name).order_by(Role.name)).all()
