"""People who may sign in at the console, from the command line."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from interface.accounts import create_user, find_user
from interface.passwords import TIME_COST, check_password, hash_password


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
