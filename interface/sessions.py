"""Sessions as rows behind Flask's own session interface (S-43): random 256-bit id, idle 30 min, at most 10 h.

The cookie holds only the id, the row only the SHA-256 of the id. A row's data are JSON with Flask's own tags.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request, session
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import CallbackDict

from interface.full_disk import is_full
from interface.settings import Settings
from interface.tables import SessionRow

ID_BYTES = 32
FILES = "/static/"
"""Files need no session; asking for one must neither read nor replace it."""
WATCH_HEADER = "X-Kora-Watch"
"""Set by pages that fetch their news by themselves: nobody is there because of it, so the session goes on ageing."""
SEEN_EVERY = timedelta(seconds=60)
"""How often a mere visit is written down, so that reading pages costs no write."""


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The session of one request; ``renew`` gives it a new id, as signing in must."""

    def __init__(self, initial: dict[str, Any], session_id: str | None, seen_at: datetime | None) -> None:
        def changed(_: Any) -> None:
            self.modified = True

        super().__init__(initial, changed)
        self.modified = False
        self.session_id = session_id
        self.seen_at = seen_at
        self.renewed = False

    def renew(self) -> None:
        """Ask for a new id when the answer is sent; the old one ends."""
        self.renewed = True
        self.modified = True


class RowSessions(SessionInterface):
    """Keeps sessions in the table ``web_session``."""

    serializer = TaggedJSONSerializer()

    def __init__(self, sessions: sessionmaker[Session], settings: Settings, now: Callable[[], datetime]) -> None:
        self._database = sessions
        self._now = now
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._absolute = timedelta(hours=settings.absolute_hours)
        self.cookie = cookie_name(settings)

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """The session the cookie names, or an empty one when it is unknown or over."""
        session_id = request.cookies.get(self.cookie)
        if not session_id or request.path.startswith(FILES):
            return ServerSession({}, None, None)
        now = self._now()
        with self._database() as database:
            database.connection(execution_options={"read_only": True})  # SQLite need not lock others out for a look
            row = database.get(SessionRow, digest(session_id))
            if row is None or now - row.seen_at > self._idle or now - row.created_at > self._absolute:
                return ServerSession({}, None, None)
            return ServerSession(self.serializer.loads(row.data), session_id, row.seen_at)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the row when it changed, note the visit, set the cookie when the id is new."""
        if not isinstance(session, ServerSession) or request.path.startswith(FILES):
            return
        response.vary.add("Cookie")
        if not session:
            self._forget(session, response)
            return
        now = self._now()
        if session.modified or session.session_id is None:
            self._store(session, response, now)
        elif WATCH_HEADER in request.headers:
            return
        elif session.seen_at is not None and now - session.seen_at >= SEEN_EVERY:
            self._note_visit(session.session_id, now)

    def _note_visit(self, session_id: str, now: datetime) -> None:
        """Nobody who only reads is turned away because the disk has no room for this note."""
        try:
            with self._database.begin() as database:
                if row := database.get(SessionRow, digest(session_id)):
                    row.seen_at = now
        except DBAPIError as error:
            if not is_full(error):
                raise

    def _store(self, session: ServerSession, response: Response, now: datetime) -> None:
        with self._database.begin() as database:
            row = database.get(SessionRow, digest(session.session_id)) if session.session_id else None
            if row is not None and session.renewed:
                database.delete(row)
                row = None
            elif row is None and session.session_id is not None and not session.renewed:
                return  # ended meanwhile from another place: it must not come back to life
            if row is None:
                session.session_id = secrets.token_urlsafe(ID_BYTES)
                self._sweep(database, now)
                row = _new_row(session.session_id, now)
                database.add(row)
                self._set_cookie(response, session.session_id)
            row.data = self.serializer.dumps(dict(session))
            row.user_key = session.get("_user_id")
            row.seen_at = now

    def _sweep(self, database: Session, now: datetime) -> None:
        database.execute(
            delete(SessionRow).where(
                (SessionRow.seen_at < now - self._idle) | (SessionRow.created_at < now - self._absolute)
            )
        )

    def _forget(self, session: ServerSession, response: Response) -> None:
        if session.session_id is None:
            return
        with self._database.begin() as database:
            database.execute(delete(SessionRow).where(SessionRow.id_hash == digest(session.session_id)))
        response.delete_cookie(self.cookie, path="/", secure=True, httponly=True, samesite="Lax")

    def _set_cookie(self, response: Response, session_id: str) -> None:
        response.set_cookie(self.cookie, session_id, path="/", secure=True, httponly=True, samesite="Lax")


def _new_row(session_id: str, now: datetime) -> SessionRow:
    return SessionRow(
        id_hash=digest(session_id),
        address=(request.remote_addr or "")[:64],
        browser=(request.user_agent.string or "")[:200],
        created_at=now,
        seen_at=now,
    )


def cookie_name(settings: Settings) -> str:
    """``__Host-`` binds the cookie to this host and to https; the instance tells ports apart, which share cookies."""
    return f"__Host-kora-{settings.instance}"


def digest(session_id: str) -> str:
    """What the table keeps of an id."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def sessions_of(database: Session, user_key: str) -> list[SessionRow]:
    """The running sessions of a person, latest first."""
    query = select(SessionRow).where(SessionRow.user_key == user_key).order_by(SessionRow.seen_at.desc())
    return list(database.scalars(query))


def end_session(database: Session, user_key: str, id_hash: str) -> bool:
    """End one session of the person; False when it is not theirs or gone."""
    result = database.execute(
        delete(SessionRow)
        .where(SessionRow.id_hash == id_hash, SessionRow.user_key == user_key)
        .returning(SessionRow.id_hash)
    )
    return result.first() is not None


def end_all_sessions(database: Session, user_key: str, keep: str = "") -> None:
    """End the sessions of a person, except the one with the hash ``keep``."""
    database.execute(delete(SessionRow).where(SessionRow.user_key == user_key, SessionRow.id_hash != keep))


def this_session() -> str:
    """The hash of the session of this request, or nothing when it has none yet."""
    own = session._get_current_object()  # type: ignore[attr-defined]  # the proxy hides our own attribute
    return digest(own.session_id) if own.session_id else ""


def renew() -> None:
    """Give the session of this request a new id."""
    session._get_current_object().renew()  # type: ignore[attr-defined]


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def browser_words(user_agent: str) -> str:
    """``Chrome, Windows`` for the long text browsers send; its beginning when it is of another kind."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for name in _SYSTEMS if name in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or user_agent[:40] or "–"
