"""People who sign in: making accounts, one-time passwords, the set-up link, roles, and the delay after wrong tries."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from interface.passwords import TIME_COST, check_password, hash_password, one_time_password
from interface.sessions import end_all_sessions
from interface.tables import FailedTry, Role, SetupLink, User

ONE_TIME_VALID = timedelta(days=7)
LINK_VALID = timedelta(hours=24)
FREE_TRIES = 3
LONGEST_DELAY = timedelta(minutes=15)
FORGET_TRIES = timedelta(hours=24)


class LinkNotValid(Exception):
    """The set-up link is unknown, used, too old, or an administrator exists already."""


class UnknownAccount(Exception):
    """Nobody has an account under this address."""


class EmailTaken(Exception):
    """Somebody has an account under this address."""


def seed_roles(session: Session, roles: Mapping[str, frozenset[str]]) -> None:
    """Add the roles that are missing; a role that is there keeps what the society made of it."""
    present = set(session.scalars(select(Role.name)))
    for name in sorted(set(roles) - present):
        session.add(Role(name=name, permissions=sorted(roles[name])))


def create_user(
    session: Session,
    *,
    email: str,
    full_name: str,
    roles: Iterable[str],
    now: datetime,
    password: str | None = None,
    time_cost: int = TIME_COST,
) -> str:
    """Add an account and give back its one-time password, valid seven days, to be changed at the first sign-in.

    A ``password`` that is given is one-time too. Raises :class:`EmailTaken`, ``WeakPassword`` for the given one, and
    KeyError for a role that does not exist.
    """
    if password is None:
        password = one_time_password()
    else:
        check_password(password, email=email)
    user = _add(session, email=email, full_name=full_name, roles=roles, password=password, time_cost=time_cost)
    user.must_change_password = True
    user.one_time_until = now + ONE_TIME_VALID
    return password


def give_new_password(session: Session, email: str, *, now: datetime, time_cost: int = TIME_COST) -> str:
    """A new one-time password for somebody who forgot theirs; every session of the account ends.

    Raises :class:`UnknownAccount`.
    """
    user = _known(session, email)
    password = one_time_password()
    end_all_sessions(session, user.fs_uniquifier)
    set_password(user, password, time_cost)
    user.must_change_password = True
    user.one_time_until = now + ONE_TIME_VALID
    return password


def give_roles(session: Session, email: str, roles: Iterable[str]) -> None:
    """Let the account have exactly these roles; its sessions end, so that old rights do not outlive the change.

    Raises :class:`UnknownAccount`, and KeyError for a role that does not exist.
    """
    user = _known(session, email)
    user.roles = _role_rows(session, roles)
    end_all_sessions(session, user.fs_uniquifier)


def make_setup_link(session: Session, *, now: datetime) -> str:
    """A token for ``/set-up/<token>``, valid 24 hours, with which the first administrator makes the account."""
    token = secrets.token_urlsafe(32)
    session.add(SetupLink(token_hash=_hash(token), valid_until=now + LINK_VALID))
    return token


def setup_link_is_valid(session: Session, token: str, *, now: datetime) -> bool:
    """Whether the link can still be used: known, unused, in time, and nobody has an account yet."""
    link = session.get(SetupLink, _hash(token))
    if link is None or link.used_at is not None or now > link.valid_until:
        return False
    return session.scalar(select(func.count()).select_from(User)) == 0


def use_setup_link(
    session: Session,
    token: str,
    *,
    email: str,
    full_name: str,
    password: str,
    role: str,
    now: datetime,
    time_cost: int = TIME_COST,
) -> User:
    """Make the first administrator. Raises :class:`LinkNotValid` or :class:`~interface.passwords.WeakPassword`."""
    if not setup_link_is_valid(session, token, now=now):
        raise LinkNotValid
    check_password(password, email=email)
    link = session.get_one(SetupLink, _hash(token))
    link.used_at = now
    return _add(session, email=email, full_name=full_name, roles=[role], password=password, time_cost=time_cost)


def set_password(user: User, password: str, time_cost: int = TIME_COST) -> None:
    """Give the account a password of its owner's choice; all its sessions lose their tie to it."""
    check_password(password, email=user.email)
    user.password = hash_password(password, time_cost)
    user.must_change_password = False
    user.one_time_until = None
    user.fs_uniquifier = secrets.token_hex(32)


def find_user(session: Session, email: str) -> User | None:
    """The account under this address, whatever the case of its letters."""
    return session.scalars(select(User).where(User.email == email.strip().casefold())).one_or_none()


def _add(session: Session, *, email: str, full_name: str, roles: Iterable[str], password: str, time_cost: int) -> User:
    if find_user(session, email) is not None:
        raise EmailTaken(email)
    user = User(
        email=email.strip().casefold(),
        full_name=full_name,
        password=hash_password(password, time_cost),
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        must_change_password=False,
        roles=_role_rows(session, roles),
    )
    session.add(user)
    session.flush()
    return user


def _role_rows(session: Session, roles: Iterable[str]) -> list[Role]:
    wanted = set(roles)
    rows = list(session.scalars(select(Role).where(Role.name.in_(wanted))))
    if missing := wanted - {row.name for row in rows}:
        raise KeyError(f"there is no role {', '.join(sorted(missing))}")
    return rows


def _known(session: Session, email: str) -> User:
    user = find_user(session, email)
    if user is None:
        raise UnknownAccount(email)
    return user


def delay_after(count: int) -> timedelta:
    """How long the next try must wait after ``count`` wrong ones: nothing for three, then doubling to 15 minutes."""
    if count < FREE_TRIES:
        return timedelta()
    return min(timedelta(seconds=2 ** min(count - FREE_TRIES, 16)), LONGEST_DELAY)


def wait_left(session: Session, email: str, address: str, *, now: datetime) -> timedelta:
    """How long this account from this address must still wait; the same for accounts that do not exist."""
    row = session.get(FailedTry, _try_key(email, address))
    if row is None:
        return timedelta()
    return max(row.last_at + delay_after(row.count) - now, timedelta())


def note_failure(session: Session, email: str, address: str, *, now: datetime) -> None:
    """Count one wrong password."""
    key = _try_key(email, address)
    row = session.get(FailedTry, key)
    if row is None:
        session.add(FailedTry(key=key, count=1, last_at=now))
        return
    row.count = 1 if now - row.last_at > FORGET_TRIES else row.count + 1
    row.last_at = now


def forget_failures(session: Session, email: str, address: str) -> None:
    """A right password ends the delay."""
    if row := session.get(FailedTry, _try_key(email, address)):
        session.delete(row)


def _try_key(email: str, address: str) -> str:
    return _hash(f"{email.strip().casefold()}\n{address}")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
