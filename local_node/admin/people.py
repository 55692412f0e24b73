"""Who may sign in, for the settings page."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from interface.tables import Role, User


def everybody(session: Session) -> Sequence[User]:
    """All accounts, by name."""
    return session.scalars(select(User).order_by(User.full_name, User.email)).all()


def role_names(session: Session) -> Sequence[str]:
    """The roles people can have."""
    return session.scalars(select(Role.name).order_by(Role.name)).all()
